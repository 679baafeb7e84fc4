/** Bodies up to here are kept until the answer begins, should the backend refuse the stream unseen. */
const maxBytes = 64 * 1024;

/** What has been sent of a body that came piece by piece, as long as it is small. */
export class SentBody {
  readonly pieces: Buffer[] = [];
  /** The whole body has been sent. */
  isComplete = false;
  /** More has been sent than is kept: it cannot be sent again. */
  isLost = false;
  #bytes = 0;

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > maxBytes) this.drop();
    else if (!this.isLost) this.pieces.push(piece);
  }

  drop(): void {
    this.isLost = true;
    this.pieces.length = 0;
  }
}
