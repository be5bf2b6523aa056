/** A JSON Schema of settings as fields of a form, and back. Pure. */
import type { Json, SchemaField, SettingWords } from '@/api/types'

export type FieldKind = 'text' | 'secret' | 'number' | 'boolean' | 'choice' | 'list' | 'json'
export interface FormField {
  key: string; kind: FieldKind; title: string; help: string; required: boolean; fallback: Json | undefined
  choices: Json[]; whole: boolean; min: number | undefined; max: number | undefined
}
export type FormValues = Record<string, string | boolean>

function resolved(field: SchemaField, root: SchemaField): SchemaField {
  const name = field.$ref?.split('/').at(-1)
  const base = name ? root.$defs?.[name] ?? {} : {}
  const some = [...(field.anyOf ?? []), ...(field.allOf ?? [])].filter((one) => one.type !== 'null').map((one) => resolved(one, root))
  return { ...base, ...(some[0] ?? {}), ...field, type: field.type ?? some[0]?.type ?? base.type, enum: field.enum ?? some[0]?.enum ?? base.enum, writeOnly: field.writeOnly ?? some.some((one) => one.writeOnly), format: field.format ?? some[0]?.format }
}
function kindOf(field: SchemaField): FieldKind {
  if (field.enum) return 'choice'
  if (field.type === 'boolean') return 'boolean'
  if (field.type === 'integer' || field.type === 'number') return 'number'
  if (field.type === 'array') return 'list'
  if (field.type === 'object') return 'json'
  return field.writeOnly || field.format === 'password' ? 'secret' : 'text'
}
const spoken = (key: string): string => { const words = key.replaceAll('_', ' '); return words.charAt(0).toUpperCase() + words.slice(1) }

/** `words` are those of the reader's language, where the connector has them; else the schema's English. */
export function fieldsOf(schema: SchemaField, words: Readonly<Record<string, SettingWords>> = {}): FormField[] {
  return Object.entries(schema.properties ?? {}).filter(([, raw]) => raw.const === undefined).map(([key, raw]) => {
    const field = resolved(raw, schema)
    return {
      key, kind: kindOf(field), title: words[key]?.title ?? field.title ?? spoken(key), help: words[key]?.description ?? field.description ?? '', required: (schema.required ?? []).includes(key),
      fallback: field.default, choices: field.enum ?? [], whole: field.type === 'integer', min: field.minimum, max: field.maximum,
    }
  })
}

/** What the form shows at first. A secret that is set is never shown. */
export function valuesOf(fields: readonly FormField[], settings: Record<string, Json> = {}): FormValues {
  const values: FormValues = {}
  for (const field of fields) {
    const value = settings[field.key] ?? field.fallback
    if (field.kind === 'boolean') values[field.key] = value === true
    else if (field.kind === 'secret' || value === null || value === undefined) values[field.key] = ''
    else if (field.kind === 'list') values[field.key] = Array.isArray(value) ? value.map(String).join('\n') : ''
    else values[field.key] = typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value)
  }
  return values
}
export const isSet = (settings: Record<string, Json> | undefined, key: string): boolean => {
  const value = settings?.[key]
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value.set === true
}

export interface Filled { settings: Record<string, Json>; wrong: Record<string, 'needed' | 'wrongJson'> }
/** Empty fields are left out, so that the hub's defaults hold. */
export function settingsOf(fields: readonly FormField[], values: FormValues, kept: (key: string) => boolean = () => false): Filled {
  const settings: Record<string, Json> = {}
  const wrong: Filled['wrong'] = {}
  for (const field of fields) {
    const value = values[field.key]
    if (field.kind === 'boolean') { settings[field.key] = value === true; continue }
    const words = String(value ?? '').trim()
    if (words === '') { if (field.required && !kept(field.key)) wrong[field.key] = 'needed'; continue }
    if (field.kind === 'number') settings[field.key] = Number(words)
    else if (field.kind === 'list') settings[field.key] = words.split('\n').map((line) => line.trim()).filter(Boolean)
    else if (field.kind === 'json') {
      try { settings[field.key] = JSON.parse(words) as Json } catch { wrong[field.key] = 'wrongJson' }
    } else settings[field.key] = words
  }
  return { settings, wrong }
}
