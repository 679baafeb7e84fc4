import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Of the ustar format (POSIX.1-1988): everything comes in blocks of this size. */
const blockBytes = 512;
const longestName = 100;

/** A `.tar.gz` in memory that takes no more than so many bytes of content. */
export class Archive {
  readonly #root: string;
  readonly #time: Date;
  readonly #maxBytes: number;
  readonly #blocks: Buffer[] = [];
  #bytes = 0;

  /** `root`: the folder that everything lies in. */
  constructor(root: string, { time, maxBytes }: { readonly time: Date; readonly maxBytes: number }) {
    this.#root = root;
    this.#time = time;
    this.#maxBytes = maxBytes;
  }

  get bytesLeft(): number {
    return Math.max(0, this.#maxBytes - this.#bytes);
  }

  /** Adds a file. False: it did not fit and was cut, or left out when nothing of it fits. */
  add(path: string, text: string): boolean {
    const whole = Buffer.from(text);
    const content = whole.subarray(0, this.bytesLeft);
    if (content.length === 0 && whole.length > 0) return false;
    this.#bytes += content.length;
    this.#put(path, content);
    return content.length === whole.length;
  }

  /** Adds a small file that must be there, however full the archive is. */
  addAlways(path: string, text: string): void {
    this.#put(path, Buffer.from(text));
  }

  toBuffer(): Buffer {
    return gzipSync(Buffer.concat([...this.#blocks, Buffer.alloc(2 * blockBytes)]));
  }

  #put(path: string, content: Buffer): void {
    this.#blocks.push(this.#header(path, content.length), content, padding(content.length));
  }

  #header(path: string, size: number): Buffer {
    const block = Buffer.alloc(blockBytes);
    const slash = path.lastIndexOf('/');
    const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
    block.write(shortened(path.slice(slash + 1)), 0);
    block.write(octal(0o600, 7), 100);
    block.write(octal(0, 7), 108);
    block.write(octal(0, 7), 116);
    block.write(octal(size, 11), 124);
    block.write(octal(Math.floor(this.#time.getTime() / 1000), 11), 136);
    block.write('        0', 148); // the sum counts itself as blanks; type 0 is a file
    block.write('ustar\0', 257);
    block.write('00', 263);
    block.write(slash < 0 ? this.#root : `${this.#root}/${path.slice(0, slash)}`, 345, 155);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${octal(sum, 6)}\0 `, 148);
    return block;
  }
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}

/** Names of pods may be longer than the format allows. */
function shortened(name: string): string {
  if (name.length <= longestName) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestName - 13)}-${hash}${name.slice(-4)}`;
}
