"""Finds the article of an HTML page: what is not shown, and what stands around it, is told apart."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.text.formats.hidden import HIDDEN_STYLE, conceals

NEVER_TEXT = (
    "script, style, template, noscript, svg, iframe, object, canvas, audio, video, select, button, textarea, input, "
    "datalist, dialog, nav, menu, del, s, strike, rt, rp, map, head, [hidden], [role=navigation], [role=banner], "
    "[role=contentinfo], [role=search], [role=dialog], [role=alertdialog], [role=menu]"
)
MAYBE_FURNITURE = "header, footer, aside, [role=complementary], [class], [id]"
WORDS = frozenset(
    "cookie cookies consent gdpr breadcrumb breadcrumbs share sharing sharebar social related recommended newsletter "
    "subscribe signup advert adverts advertisement ads sponsored sidebar navbar navigation skip pagination toolbar "
    "popup modal banner printonly promo masthead comments nav toc headerlink editsection catlinks".split()
)
"""Words in the class or id of what stands around an article."""
KEPT_TAGS = frozenset("html body main article h1 h2 h3 h4 h5 h6 p li td th tr table tbody".split())
AT_MOST = 0.3
"""The share of the page's text above which an element is no furniture, whatever its class says."""
MUST_HOLD = 0.5
"""The share of the text that an `<article>` must hold to be the one that the page is about."""
DEPTH = 50
"""How many ancestors are looked at; a page that nests deeper is made to be slow."""
SIMPLE_SELECTOR = re.compile(r"[.#][\w-]{1,80}")


def find_article(tree: LexborHTMLParser, body: LexborNode) -> tuple[LexborNode, frozenset[int]]:
    """Find the element that holds the article, and the ids (`mem_id`) of elements to skip."""
    skipped = {node.mem_id for node in tree.css(NEVER_TEXT)}
    skipped |= {node.mem_id for node in tree.css("[style]") if conceals(f' style="{node.attributes.get("style")}"')}
    skipped |= _hidden_by_style_sheet(tree)
    sizes = measure(body, skipped)
    whole = sizes[body.mem_id]
    root = body
    mains = [node for node in tree.css("main, [role=main]") if sizes.get(node.mem_id, 0) >= AT_MOST * whole]
    if len(mains) == 1:
        root = mains[0]
    articles = root.css("article, [itemprop=articleBody]")
    if articles:
        largest = max(articles, key=lambda node: sizes.get(node.mem_id, 0))
        if sizes.get(largest.mem_id, 0) >= MUST_HOLD * sizes[root.mem_id]:
            root = largest
    kept = _ancestors(root)
    for node in tree.css(MAYBE_FURNITURE):
        if node.mem_id not in kept and sizes.get(node.mem_id, whole) <= AT_MOST * whole and _is_furniture(node):
            skipped.add(node.mem_id)
    return root, frozenset(skipped)


def measure(body: LexborNode, skipped: set[int]) -> dict[int, int]:
    """Count the characters of visible text in every element under `body`, by `mem_id`."""
    sizes: dict[int, int] = {body.mem_id: 0}
    path = [body]
    node = body.child
    while node is not None:
        if node.tag == "-text":
            sizes[path[-1].mem_id] += len((node.text_content or "").strip())
        elif node.is_element_node and node.mem_id not in skipped:
            sizes[node.mem_id] = 0
            if node.child is not None:
                path.append(node)
                node = node.child
                continue
        while node is not None and node.next is None and len(path) > 1:
            node = path.pop()
            sizes[path[-1].mem_id] += sizes[node.mem_id]
        node = node.next if node is not None else None
    return sizes


def _is_furniture(node: LexborNode) -> bool:
    tag = node.tag or ""
    if tag in ("header", "footer"):
        # An article's own header has its heading, its own footer its notes; a quotation's has the source.
        return _parent_tag(node) not in ("article", "blockquote", "section", "figure")
    if tag == "aside" and _ancestor_tags(node).isdisjoint({"article", "main"}):
        return True
    if tag in KEPT_TAGS:
        return False
    attributes = node.attributes
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()[:500]
    return not WORDS.isdisjoint(re.split(r"[^a-z]+", named))


def _parent_tag(node: LexborNode) -> str:
    return (node.parent.tag if node.parent is not None else "") or ""


def _ancestor_tags(node: LexborNode) -> set[str]:
    tags: set[str] = set()
    parent = node.parent
    for _ in range(DEPTH):
        if parent is None:
            break
        tags.add(parent.tag or "")
        parent = parent.parent
    return tags


def _ancestors(node: LexborNode) -> set[int]:
    found = {node.mem_id}
    parent = node.parent
    while parent is not None:
        found.add(parent.mem_id)
        parent = parent.parent
    return found


def _hidden_by_style_sheet(tree: LexborHTMLParser) -> set[int]:
    """What a simple rule of the page's own style sheet hides: one class or one id, on every screen."""
    names = set()
    for sheet in tree.css("style"):
        text = (sheet.text(deep=True) or "")[:200_000]
        if "@media" not in text:
            for rule in text.split("}"):
                selectors, _, style = rule.partition("{")
                if HIDDEN_STYLE.search(style):
                    names |= {one.strip() for one in selectors.split(",") if SIMPLE_SELECTOR.fullmatch(one.strip())}
    return {node.mem_id for name in sorted(names)[:200] for node in tree.css(name)}
