/** Topics stand in a tree; what one needs, those below it need too. Pure. */
import type { FieldDefinition, Topic } from '@/api/desk'

/** From the topmost down to the topic itself. */
export function topicPath(topic: Topic, all: readonly Topic[]): Topic[] {
  const path = [topic]
  let above = all.find((one) => one.id === topic.parent_id)
  while (above && !path.includes(above)) { path.unshift(above); above = all.find((one) => one.id === path[0]?.parent_id) }
  return path
}
/** The keys of facts that a task on the topic needs and has not: by the topics themselves, and by the fields. */
export function missingFacts(topic: string | null, facts: Readonly<Record<string, string>>, topics: readonly Topic[], fields: readonly FieldDefinition[]): string[] {
  const own = topics.find((one) => one.id === topic)
  if (!own) return []
  const path = topicPath(own, topics)
  const ids = new Set(path.map((one) => one.id))
  const keys = [...path.flatMap((one) => one.required), ...fields.filter((field) => field.required_for.some((id) => ids.has(id))).map((field) => field.key)]
  return [...new Set(keys)].filter((key) => !facts[key]?.trim())
}
