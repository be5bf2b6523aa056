/** Filling in templates: what they say then. The hub says the same. Pure. */
import type { Template, TemplateValue, TemplateRequest } from '@/api/types'

/** What is written into the fields of a template. */
export interface Filled { header: string[]; body: string[]; buttons: Record<number, string> }
const PLACE = /\{\{\s*([A-Za-z0-9_]{1,100})\s*\}\}/g
export const FILE_HEADERS = ['image', 'video', 'document']

export function emptyFor(template: Template): Filled {
  return { header: (template.header?.variables ?? []).map(() => ''), body: template.variables.map(() => ''), buttons: {} }
}
export const needsFile = (template: Template): boolean => FILE_HEADERS.includes(template.header?.format ?? '')
/** Nothing is missing. */
export function isFull(template: Template, filled: Filled, hasFile: boolean): boolean {
  const buttons = template.buttons.every((button, index) => !button.required || (filled.buttons[index] ?? '').trim() !== '')
  return buttons && [...filled.header, ...filled.body].every((value) => value.trim() !== '') && (!needsFile(template) || hasFile)
}
/** A place that is still empty shows its name. */
export function said(template: Template, filled: Filled): string {
  const header = template.header?.format === 'text' ? fill(template.header.text, template.header.variables, filled.header) : ''
  return [header, fill(template.body, template.variables, filled.body), template.footer ?? ''].filter(Boolean).join('\n\n')
}
export function requestOf(template: Template, filled: Filled): TemplateRequest {
  const values = (places: readonly string[], texts: readonly string[]): TemplateValue[] =>
    places.map((name, index) => ({ text: (texts[index] ?? '').trim(), ...(template.named ? { name } : {}) }))
  const buttons = Object.entries(filled.buttons).filter(([, value]) => value.trim() !== '')
  return {
    name: template.name, language: template.language, header: values(template.header?.variables ?? [], filled.header), body: values(template.variables, filled.body),
    buttons: buttons.map(([index, value]) => ({ index: Number(index), value: value.trim() })),
  }
}
function fill(text: string, places: readonly string[], values: readonly string[]): string {
  return text.replace(PLACE, (whole, name: string) => (values[places.indexOf(name)] ?? '').trim() || whole)
}
