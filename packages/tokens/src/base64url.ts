/**
 * Decodes base64url (RFC 7515 §2), accepting only the one spelling that encoding gives: no
 * padding, no white space, no other alphabet, and no bits set in the last character that decoding
 * would throw away. Otherwise a changed text could still mean the same bytes, and whatever is
 * keyed by the text, such as a cache or a replay record, could be walked around.
 *
 * @returns The bytes, or `null` when the text is anything else.
 */
export function parseBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
