import { describe, expect, it } from 'vitest'
import { reactive } from 'vue'
import { blank, partOf, plainPath, specOf, variant, wrongBelow, type Schemas } from '@/components/policies/schema'

const schemas: Schemas = {
  Spec: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, level: { $ref: '#/components/schemas/Level', default: 'low' }, until_s: { anyOf: [{ type: 'integer', minimum: 5 }, { type: 'null' }], default: null }, when: { discriminator: { propertyName: 'type', mapping: { event: '#/components/schemas/OnEvent', not: '#/components/schemas/Not' } } }, labels: { type: 'array', items: { type: 'string' }, default: [] } } },
  Level: { type: 'string', enum: ['low', 'high'] },
  OnEvent: { type: 'object', properties: { type: { const: 'event', default: 'event' }, on: { type: 'string', enum: ['message', 'reply'] } } },
  Not: { type: 'object', properties: { type: { const: 'not', default: 'not' }, condition: { discriminator: { propertyName: 'type', mapping: { event: '#/components/schemas/OnEvent' } } } } },
}
const spec = schemas.Spec!

describe('a schema of a policy', () => {
  it('begins with the defaults of the hub, however deep they lie', () => {
    expect(blank(spec, schemas)).toEqual({ name: '', level: 'low', until_s: null, when: { type: 'event', on: 'message' }, labels: [] })
  })
  it('is read while the screen watches it', () => {
    const watched = reactive(schemas)
    expect(blank(watched.Spec!, watched)).toEqual(blank(spec, schemas))
    expect(specOf(reactive({ labels: ['a'] }), watched.Spec!, watched).labels).toEqual(['a'])
  })
  it('knows what may be left out, and what is chosen', () => {
    expect(partOf(spec.properties!.until_s!, schemas)).toMatchObject({ optional: true, shape: { kind: 'number', whole: true, min: 5 } })
    expect(partOf(spec.properties!.level!, schemas).shape).toEqual({ kind: 'choice', options: ['low', 'high'] })
  })
  it('changes what it is made of when another kind is chosen, and may hold itself', () => {
    const { shape } = partOf(spec.properties!.when!, schemas)
    expect(shape.kind === 'variants' && variant(shape, 'not', schemas)).toEqual({ type: 'not', condition: { type: 'event', on: 'message' } })
  })
  it('leaves out of a kept document what is not the admin’s to say', () => {
    expect(specOf({ id: 'x1', version: 4, name: 'Ann', labels: ['a'], when: { type: 'event', on: 'reply' } }, spec, schemas)).toEqual({ name: 'Ann', level: 'low', until_s: null, when: { type: 'event', on: 'reply' }, labels: ['a'] })
  })
  it('finds the field of a refusal, though the hub names its kind too', () => {
    expect([plainPath('when.event.on', spec, schemas), plainPath('when.not.condition.event.on', spec, schemas), plainPath('labels.2', spec, schemas), plainPath('when.on', spec, schemas)]).toEqual(['when.on', 'when.condition.on', 'labels.2', 'when.on'])
  })
  it('finds what is wrong at a part or anywhere below it', () => {
    expect([wrongBelow({ 'when.on': 'no' }, 'when'), wrongBelow({ 'when.on': 'no' }, 'whe'), wrongBelow({ name: 'no' }, 'name')]).toEqual([true, false, true])
  })
})
