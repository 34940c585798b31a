"""Report runs: text for the terminal, Markdown for pull requests, JUnit XML for CI servers, and an HTML page."""

from eval.report.junit import junit_xml
from eval.report.markdown import markdown_report
from eval.report.page import html_report
from eval.report.text import comparison_text, gate_text, run_text

__all__ = ["comparison_text", "gate_text", "html_report", "junit_xml", "markdown_report", "run_text"]
