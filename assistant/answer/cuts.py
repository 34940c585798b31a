"""Whether a quote is whole sentences, rows or items: a piece cut out of one may say the opposite of it."""

from collections.abc import Callable, Sequence

from assistant.answer.answer import Citation, Nearest
from index.search.engine import Passage
from index.text.sentences import sentences_of
from index.text.structure import Structure

Receipt = Citation | Nearest


def first_cut(
    receipts: Sequence[Receipt],
    structure_of: Callable[[str], Structure],
    passages_of: Callable[[Receipt], Sequence[Passage]],
) -> int | None:
    """The place of the first receipt whose quote is cut out of a sentence; None if none is.

    One is enough to fail an answer, and one that was made up may have thousands.

    Args:
        receipts: whose quotes stand in their articles.
        structure_of: the structure of an article's text, by id.
        passages_of: passages of a receipt's article, with the one that holds its quote.
    """
    structures: dict[str, Structure] = {}
    whole: set[tuple[str, int, int]] = set()
    for place, receipt in enumerate(receipts):
        where = receipt.article_id, receipt.start, receipt.end
        if where in whole:
            continue
        if receipt.article_id not in structures:
            structures[receipt.article_id] = structure_of(receipt.article_id)
        if not (_is_whole(receipt, structures[receipt.article_id]) or _is_of_pieces(receipt, passages_of(receipt))):
            return place
        whole.add(where)
    return None


def _is_whole(receipt: Receipt, structure: Structure) -> bool:
    """Whether a quote begins where a sentence or a block does, and ends where one does."""
    first, last = structure.place(receipt.start), structure.place(receipt.end - 1)
    if first is None or last is None:
        return False
    before, after = structure.blocks[first], structure.blocks[last]
    starts = {before.start, *(one.start for one in sentences_of(structure.text, before))}
    ends = {after.end, *(one.end for one in sentences_of(structure.text, after))}
    return receipt.start in starts and receipt.end in ends


def _is_of_pieces(receipt: Receipt, passages: Sequence[Passage]) -> bool:
    """Whether a quote is a run of the index's own sentences, which has one too long to be encoded in pieces."""
    sentences = [one for passage in passages for one in passage.sentences]
    return receipt.start in {one.start for one in sentences} and receipt.end in {one.end for one in sentences}
