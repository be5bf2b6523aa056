/**
 * Drafts on the hub: what is written here is saved there after a pause, and what another device has written comes
 * here. Where both have changed, both texts stay until the agent chooses.
 */
import { defineStore } from 'pinia'
import { effectScope, reactive, watch, type EffectScope } from 'vue'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import { writing, type AgentDraft, type ColleagueDraft, type DraftBody, type DraftKind, type DraftUse } from '@/api/writing'
import type { DraftChanged } from '@/live/frames'
import { behind } from '@/format/spans'
import { bodyOf, bodyOfKept, isEmptyBody, markOf, type Draft } from '@/thread/draft'
import { copyOf, readCopy, writeCopy, type Known } from './draftCopies'
import { useCompose } from './compose'
import { useMessages } from './messages'
import { useSession } from './session'

const PAUSE_MS = 700
const AGAIN_MS = 5_000
const KINDS = ['reply', 'note'] as const
const DEVICE = 'hub.device'
/** Where a draft stands with the hub. `awaits`: a message that is made of it is on its way, and empties it there. */
interface Standing extends Known { timer: ReturnType<typeof setTimeout> | null; saving: boolean; awaits: boolean; sends: number }
export type Choice = 'mine' | 'theirs' | 'both'

/** This tab's name for itself. */
function ownName(): string {
  const known = sessionStorage.getItem(DEVICE)
  if (known) return known
  const made = crypto.randomUUID()
  sessionStorage.setItem(DEVICE, made)
  return made
}

export const useDrafts = defineStore('drafts', () => {
  const device = ownName()
  /** By conversation and kind: what another device has put in the place of what stands here. */
  const conflicts = reactive(new Map<string, { theirs: AgentDraft }>())
  /** By conversation: what colleagues write there. */
  const others = reactive(new Map<string, ColleagueDraft[]>())
  const standings = new Map<string, Record<DraftKind, Standing>>()
  const scopes = new Map<string, EffectScope>()
  const keyOf = (cid: string, kind: DraftKind): string => `${cid}/${kind}`
  const conflict = (cid: string, kind: DraftKind): AgentDraft | null => conflicts.get(keyOf(cid, kind))?.theirs ?? null

  function standing(cid: string, kind: DraftKind): Standing {
    if (!standings.has(cid)) {
      const fresh = (known?: Known): Standing => ({ version: known?.version ?? 0, mark: known?.mark ?? '', timer: null, saving: false, awaits: false, sends: 0 })
      const copy = readCopy(useSession().agent?.id ?? '', cid)
      standings.set(cid, { reply: fresh(copy?.known.reply), note: fresh(copy?.known.note) })
    }
    return (standings.get(cid) as Record<DraftKind, Standing>)[kind]
  }
  /** Keep a draft from now on: a copy on this device at once, on the hub after a pause. */
  function follow(cid: string, draft: Draft): void {
    if (scopes.has(cid)) return
    const scope = effectScope(true)
    scopes.set(cid, scope)
    scope.run(() => watch(() => KINDS.map((kind) => JSON.stringify(bodyOf(draft, kind))).join(), () => { keep(cid, draft); KINDS.forEach((kind) => plan(cid, kind)) }))
  }
  function keep(cid: string, draft: Draft): void {
    const agent = useSession().agent?.id
    if (!agent) return
    const known = { reply: pick(standing(cid, 'reply')), note: pick(standing(cid, 'note')) }
    const nothing = KINDS.every((kind) => isEmptyBody(bodyOf(draft, kind)) && known[kind].mark === '') && draft.canned === null
    writeCopy(agent, cid, nothing ? null : copyOf(draft, known))
  }
  const pick = ({ version, mark }: Known): Known => ({ version, mark })
  const draftOf = (cid: string): Draft => useCompose().draft(cid)

  function plan(cid: string, kind: DraftKind, ms = PAUSE_MS): void {
    const at = standing(cid, kind)
    if (at.timer) clearTimeout(at.timer)
    at.timer = setTimeout(() => { at.timer = null; void save(cid, kind) }, ms)
  }
  async function save(cid: string, kind: DraftKind): Promise<void> {
    const at = standing(cid, kind)
    const body = bodyOf(draftOf(cid), kind)
    const mark = markOf(body)
    if (at.saving || conflict(cid, kind) || mark === at.mark || !useSession().agent) return
    at.saving = true
    const { sends } = at
    let again = 0
    try {
      const saved = mark === '' ? (await writing.dropDraft(cid, kind, at.version))[kind] : await writing.saveDraft(cid, kind, body, { version: at.version, device })
      Object.assign(at, { version: saved?.version ?? at.version, ...(sends === at.sends ? { mark } : {}) })
      keep(cid, draftOf(cid))
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      if (failure.status === 409) await meet(cid, kind, (failure.problem as { current?: AgentDraft | null }).current ?? null)
      else if (failure.status === 0 || failure.status === 429 || failure.status >= 500) again = (failure.retryAfterS ?? 0) * 1000 || AGAIN_MS
    } finally {
      at.saving = false
    }
    if (again > 0) plan(cid, kind, again)
    else if (markOf(bodyOf(draftOf(cid), kind)) !== at.mark) plan(cid, kind)
  }

  /** The hub has another version than this device knew of. */
  async function meet(cid: string, kind: DraftKind, theirs: AgentDraft | null): Promise<void> {
    const at = standing(cid, kind)
    const mine = markOf(bodyOf(draftOf(cid), kind))
    const mark = markOf(bodyOfKept(theirs))
    const version = theirs?.version ?? 0
    // What this device saved, or sent, is no other's change.
    const own = theirs?.device === device
    // Where nothing is left there, a text that does not go on with what was known here was begun for itself.
    const known = at.mark === '' ? '' : (JSON.parse(at.mark) as DraftBody).text.trim()
    const begun = !theirs?.written && (at.mark === '' || (known !== '' && mine !== '' && !bodyOf(draftOf(cid), kind).text.includes(known)))
    if (!begun && mine !== mark && mine !== '' && mine !== at.mark && !own && theirs) {
      conflicts.set(keyOf(cid, kind), { theirs })
      return
    }
    const take = !begun && mine !== mark && !own && (mine === '' || mine === at.mark) && !at.awaits
    Object.assign(at, { version, mark, awaits: false })
    conflicts.delete(keyOf(cid, kind))
    if (take) await apply(cid, kind, theirs)
    keep(cid, draftOf(cid))
    if (!take && mine !== mark) plan(cid, kind)
  }
  async function apply(cid: string, kind: DraftKind, theirs: AgentDraft | null): Promise<void> {
    const body = bodyOfKept(theirs)
    const draft = draftOf(cid)
    draft.text[kind] = body.text
    if (kind === 'reply') {
      const answered = body.reply_to ? await messageOf(cid, body.reply_to) : null
      Object.assign(draft, { spans: body.spans, buttons: body.buttons.flat(), head: body.head, canned: body.canned, replyTo: answered })
    }
    if (body.attachments.length > 0) draft.tab = kind
    if (draft.tab === kind) useCompose().refile(cid, theirs?.written ? theirs.attachments : [])
  }
  async function messageOf(cid: string, id: string) {
    const known = useMessages().find(id)
    if (known) return known
    try {
      return (await api.messages(cid, { around: id, limit: 1 })).items.find((message) => message.id === id) ?? null
    } catch {
      return null // It is quoted no more; what was written stays.
    }
  }
  /** What becomes of two texts. */
  async function choose(cid: string, kind: DraftKind, how: Choice): Promise<void> {
    const theirs = conflict(cid, kind)
    if (!theirs) return
    const at = standing(cid, kind)
    const draft = draftOf(cid)
    conflicts.delete(keyOf(cid, kind))
    Object.assign(at, { version: theirs.version, mark: markOf(bodyOfKept(theirs)) })
    if (how === 'theirs') await apply(cid, kind, theirs)
    else if (how === 'both' && theirs.written) {
      const spans = behind(draft.spans, theirs.text.length + 2)
      draft.text[kind] = `${theirs.text}\n\n${draft.text[kind]}`
      if (kind === 'reply') draft.spans = [...theirs.spans, ...spans]
      const have = new Set(draft.files.map((file) => file.upload?.id))
      useCompose().refile(cid, [...theirs.attachments.filter((file) => !have.has(file.id))], true)
    }
    keep(cid, draft)
    plan(cid, kind)
  }

  /** Read what the hub has: own drafts of other devices, and who writes as well. */
  async function open(cid: string): Promise<void> {
    try {
      const found = await writing.drafts(cid)
      others.set(cid, found.others)
      for (const kind of KINDS) {
        const at = standing(cid, kind)
        if (at.saving) continue // Its answer is newer.
        if (found[kind] ? found[kind].version !== at.version : at.version !== 0) await meet(cid, kind, found[kind])
        else if (markOf(bodyOf(draftOf(cid), kind)) !== at.mark) plan(cid, kind)
      }
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure // Without the hub this device's copy stands.
    }
  }
  /** From the live connection. */
  function hear(event: DraftChanged): void {
    if (event.agent_id !== useSession().agent?.id) return hearColleague(event)
    const at = standing(event.conversation_id, event.draft_kind)
    if (event.version <= at.version) return
    if (event.device !== device) { if (scopes.has(event.conversation_id)) void open(event.conversation_id) }
    else if (!event.written && !at.saving) {
      Object.assign(at, { version: event.version, mark: '', awaits: false })
      if (scopes.has(event.conversation_id)) plan(event.conversation_id, event.draft_kind)
    }
  }
  function hearColleague(event: DraftChanged): void {
    const rest = (others.get(event.conversation_id) ?? []).filter((one) => one.agent_id !== event.agent_id || one.kind !== event.draft_kind)
    if (event.written) rest.unshift({ agent_id: event.agent_id, agent_name: event.agent_name, kind: event.draft_kind, updated_at: event.updated_at, draft: null })
    others.set(event.conversation_id, rest)
  }
  /** A message is made of the draft: the hub empties it then. What it is made of, where the hub has it. */
  function sent(cid: string, kind: DraftKind): DraftUse | null {
    const at = standing(cid, kind)
    if (at.timer) clearTimeout(at.timer)
    at.timer = null
    const use = at.version > 0 && !at.awaits ? { version: at.version, device } : null
    if (use) Object.assign(at, { mark: '', awaits: true, sends: at.sends + 1 })
    return use
  }
  function clear(): void {
    for (const scope of scopes.values()) scope.stop()
    for (const pair of standings.values()) for (const kind of KINDS) { const { timer } = pair[kind]; if (timer) clearTimeout(timer) }
    scopes.clear()
    standings.clear()
    conflicts.clear()
    others.clear()
  }
  return { device, conflicts, others, conflict, follow, open, hear, choose, sent, save, clear }
})
