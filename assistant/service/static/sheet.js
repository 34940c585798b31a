/** A region that stands beside the chat where there is room, and over it, as a dialog, where there is not. */

/** One region and its two places. */
export class Sheet {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.region what is moved
   * @param {HTMLElement} parts.column its place beside the chat
   * @param {HTMLDialogElement} parts.dialog its place over the chat
   * @param {string} parts.room the media query for enough room
   * @param {boolean} [parts.pinned] whether it is always shown where there is room
   */
  constructor({ region, column, dialog, room, pinned = false }) {
    this.region = region;
    this.column = column;
    this.dialog = dialog;
    this.room = matchMedia(room);
    this.pinned = pinned;
    this.opened = false;
    /** @type {Element | null} Where the focus was, and goes back to. */
    this.cause = null;
    this.room.addEventListener("change", () => this.#place());
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) this.close(); // The backdrop: the region covers the rest of the dialog.
    });
    this.#place();
  }

  /** Whether it stands over the chat, which then cannot be reached. */
  get covers() {
    return this.dialog.open;
  }

  open() {
    if (!this.opened) this.cause = document.activeElement;
    this.opened = true;
    this.#place();
    if (!this.covers) this.#keepCauseInSight();
  }

  close() {
    if (!this.opened) return;
    this.opened = false;
    this.#place();
    if (this.cause instanceof HTMLElement && this.cause.isConnected) this.cause.focus({ preventScroll: true });
    this.#keepCauseInSight();
    this.cause = null;
  }

  /** The chat's lines have become shorter or longer, and what was pressed has moved with them. */
  #keepCauseInSight() {
    if (this.cause !== document.body) this.cause?.scrollIntoView({ block: "nearest" });
  }

  #place() {
    const over = this.opened && !this.room.matches;
    const scrolled = this.region.scrollTop;
    if (over && !this.dialog.open) {
      this.dialog.append(this.region);
      this.dialog.showModal();
    } else if (!over) {
      this.dialog.close();
      if (this.region.parentNode !== this.column) this.column.append(this.region);
    }
    this.region.scrollTop = scrolled;
    this.column.hidden = over || !(this.opened || (this.pinned && this.room.matches));
  }
}
