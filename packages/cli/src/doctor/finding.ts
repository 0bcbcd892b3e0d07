/** Something that is wrong, or could be better. */
export interface Finding {
  /** Its name, stable. */
  readonly id: string
  /** `fault`: mend it. `advice`: consider it. */
  readonly level: 'fault' | 'advice'
  /** What was seen. */
  readonly found: string
  /** What to do about it. */
  readonly mend: string
}

/** Makes a finding that is to be mended. */
export function fault(id: string, found: string, mend: string): Finding {
  return { id, level: 'fault', found, mend }
}

/** Makes a finding that is to be considered. */
export function advice(id: string, found: string, mend: string): Finding {
  return { id, level: 'advice', found, mend }
}
