/** Text that is HTML already. */
export interface Html {
  readonly html: string
}

type Value = Html | string | number | null | readonly Html[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function write(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'object') {
    return 'html' in value ? value.html : value.map(write).join('')
  }
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** Writes HTML; whatever is put in is text, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: parts.map((part, at) => part + write(values[at] ?? null)).join('') }
}
