/** Where a backup lies. */
export interface Place {
  /** As people write it: a path, or `s3://bucket/key`. */
  readonly name: string;
  /** Whether somebody on the way could read along. */
  readonly isOverheard: boolean;
  read(): Promise<Buffer>;
  /** Never overwrites: a backup that exists stays what it is. */
  write(content: Buffer): Promise<void>;
}
