const alphabet = /^[A-Za-z0-9_-]*$/;

/**
 * Decodes base64url without padding (RFC 7515, 2). Undefined for anything else that Node would decode all the same: other
 * characters, and last characters whose unused bits are not zero, so that no two texts mean the same bytes.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (text.length % 4 === 1 || !alphabet.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
