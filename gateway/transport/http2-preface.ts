const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Which HTTP a plain connection begins with (RFC 9113, 3.4). Nothing of it is taken. Undefined: more bytes are needed. */
export function readHttp2Preface(bytes: Buffer): { readonly length: 0; readonly isHttp2: boolean } | undefined {
  const length = Math.min(bytes.length, preface.length);
  if (bytes.compare(preface, 0, length, 0, length) !== 0) return { length: 0, isHttp2: false };
  return length < preface.length ? undefined : { length: 0, isHttp2: true };
}
