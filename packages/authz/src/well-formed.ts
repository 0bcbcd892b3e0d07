const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/** Whether a text is made of whole characters, no half of a surrogate pair among them. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}
