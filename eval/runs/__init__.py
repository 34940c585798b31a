"""Ask, score and judge gold cases."""
