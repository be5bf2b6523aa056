/** A JSON Schema of the hub's API as what a form shows, one level at a time, and the values that a form begins with. Pure. */
import type { Json } from '@/api/types'

export interface Schema {
  $ref?: string; type?: string; title?: string; description?: string; default?: Json; enum?: Json[]; const?: Json; format?: string
  minimum?: number; maximum?: number; exclusiveMinimum?: number; maxLength?: number; pattern?: string
  properties?: Record<string, Schema>; required?: string[]; items?: Schema; additionalProperties?: boolean | Schema
  anyOf?: Schema[]; oneOf?: Schema[]; discriminator?: { propertyName: string; mapping: Record<string, string> }
}
export type Schemas = Record<string, Schema>

export type Shape =
  | { kind: 'text'; max: number | undefined }
  | { kind: 'number'; whole: boolean; min: number | undefined; max: number | undefined }
  | { kind: 'boolean' }
  | { kind: 'choice'; options: string[] }
  | { kind: 'list'; item: Schema }
  | { kind: 'object'; fields: { key: string; schema: Schema; required: boolean }[] }
  | { kind: 'map'; value: Schema }
  | { kind: 'variants'; by: string; options: { value: string; schema: Schema }[] }
  | { kind: 'json' }
export interface Part { shape: Shape; optional: boolean; help: string }

/** Documents may be watched by the screen, and what is watched cannot be cloned otherwise. */
const copy = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json

export function resolve(schema: Schema, schemas: Schemas): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name ? { ...(schemas[name] ?? {}), ...('default' in schema ? { default: schema.default } : {}) } : schema
}
/** What a schema is, without what may be null. */
export function partOf(raw: Schema, schemas: Schemas): Part {
  const schema = resolve(raw, schemas)
  const some = (schema.anyOf ?? []).filter((one) => one.type !== 'null')
  const optional = (schema.anyOf ?? []).some((one) => one.type === 'null')
  const one = some.length === 1 ? resolve(some[0] as Schema, schemas) : schema
  return { shape: shapeOf(one, schemas), optional, help: schema.description ?? '' }
}
function shapeOf(schema: Schema, schemas: Schemas): Shape {
  const { discriminator } = schema
  if (discriminator) return { kind: 'variants', by: discriminator.propertyName, options: Object.entries(discriminator.mapping).map(([value, ref]) => ({ value, schema: resolve({ $ref: ref }, schemas) })) }
  if (schema.enum) return { kind: 'choice', options: schema.enum.map(String) }
  if (schema.type === 'boolean') return { kind: 'boolean' }
  if (schema.type === 'integer' || schema.type === 'number') return { kind: 'number', whole: schema.type === 'integer', min: schema.minimum ?? schema.exclusiveMinimum, max: schema.maximum }
  if (schema.type === 'array' && schema.items) return { kind: 'list', item: schema.items }
  if (schema.properties) return { kind: 'object', fields: Object.entries(schema.properties).filter(([, one]) => one.const === undefined).map(([key, one]) => ({ key, schema: one, required: (schema.required ?? []).includes(key) })) }
  if (typeof schema.additionalProperties === 'object') return { kind: 'map', value: schema.additionalProperties }
  return schema.type === 'string' ? { kind: 'text', max: schema.maxLength } : { kind: 'json' }
}
/** What stands in a new form: the hub's default, else nothing of the right kind. */
export function blank(raw: Schema, schemas: Schemas): Json {
  const schema = resolve(raw, schemas)
  if (schema.default !== undefined) return copy(schema.default)
  const { shape, optional } = partOf(schema, schemas)
  if (optional) return null
  switch (shape.kind) {
    case 'text': return ''
    case 'number': return shape.min ?? 0
    case 'boolean': return false
    case 'choice': return shape.options[0] ?? ''
    case 'list': return []
    case 'map': return {}
    case 'object': return Object.fromEntries(shape.fields.map(({ key, schema: one }) => [key, blank(one, schemas)]))
    case 'variants': return variant(shape, shape.options[0]?.value ?? '', schemas)
    default: return null
  }
}
export function variant(shape: Extract<Shape, { kind: 'variants' }>, value: string, schemas: Schemas): Json {
  const found = shape.options.find((one) => one.value === value)
  const rest = found ? blank({ ...found.schema, default: undefined }, schemas) : {}
  return { ...(rest as Record<string, Json>), [shape.by]: value }
}
/** Only what the spec knows, as a document holds more: ids, times, its version. */
export function specOf(document: Record<string, Json | undefined>, schema: Schema, schemas: Schemas): Record<string, Json> {
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, one]) => [key, copy(document[key] ?? blank(one, schemas))]))
}
/** Where a refusal stands in the form: the hub names, beside the way, which kind a part is of (`when.event.causes`). */
export function plainPath(field: string, root: Schema, schemas: Schemas): string {
  const way: string[] = []
  let at: Schema | undefined = root
  for (const step of field.split('.')) {
    const shape: Shape | null = at ? partOf(at, schemas).shape : null
    const kind: { schema: Schema } | undefined = shape?.kind === 'variants' ? shape.options.find((one) => one.value === step) : undefined
    if (kind) { at = { ...kind.schema, default: undefined }; continue }
    way.push(step)
    at = shape?.kind === 'object' ? shape.fields.find((one) => one.key === step)?.schema : shape?.kind === 'list' ? shape.item : shape?.kind === 'map' ? shape.value : undefined
  }
  return way.join('.')
}
/** What is wrong at a path or below it: `match.channel_types.0`. */
export const wrongAt = (wrong: Readonly<Record<string, string>>, path: string): string => wrong[path] ?? ''
export const wrongBelow = (wrong: Readonly<Record<string, string>>, path: string): boolean => Object.keys(wrong).some((key) => key === path || key.startsWith(`${path}.`))
