/** What is being written, per conversation; sending it, and taking it back. */
import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import { ApiError } from '@/api/client'
import { api, upload } from '@/api/endpoints'
import type { Attachment, Button, MailHead, Mention, Message, Span, TemplateRequest, Upload } from '@/api/types'
import { behind, trimmed } from '@/format/spans'
import { i18n } from '@/i18n'
import { dropUnsent, isFresh, isUnsent, keepUnsent, Turns, unsentOf } from '@/offline/outbox'
import { blockWords } from '@/thread/blockWords'
import { blankDraft, type Draft, type DraftFile, type DraftHead, type Tab } from '@/thread/draft'
import type { Pending } from '@/thread/pending'
import { dayAndTime } from '@/format/time'
import { useClock } from './clock'
import { useCommands } from './commands'
import { useLine } from './line'
import { readCopy } from './draftCopies'
import { useDrafts } from './drafts'
import { useMessages } from './messages'
import { useSession } from './session'
import { useToasts, wordsOf } from './toasts'
import { useUndo } from './undo'

/** What goes along with the text, made of the fields by whoever knows the conversation. */
export interface Along { head?: MailHead | null; sendAt?: string | null; recall?: boolean; mentions?: Mention[] }
export type { Draft, DraftFile, DraftHead, Tab }
export interface Undoable { pendingId: string; conversationId: string; messageId: string | null; until: number; wanted: boolean }

const PREVIEW = 'hub.preview'
/** What heals by itself: no line, too much, a hub that is away, and a session that ended (401): its agent signs in again. */
const REPEATABLE = new Set([0, 401, 429, 502, 503, 504])

export const rowsOf = (buttons: readonly Button[]): Button[][] => buttons.filter((button) => button.label.trim() !== '').map((button) => [button])

export const useCompose = defineStore('compose', () => {
  const drafts = reactive(new Map<string, Draft>())
  const undoable = ref<Undoable | null>(null)
  /** Whether the customer's view stands under the composer. */
  const previewing = ref(localStorage.getItem(PREVIEW) === '1')
  const messages = useMessages()
  const turns = new Turns()
  let lastKey = 0

  watch(previewing, (on) => { localStorage.setItem(PREVIEW, on ? '1' : '0') })

  /** What stands in the composer of a conversation: at first what this device remembers. */
  function draft(cid: string): Draft {
    if (!drafts.has(cid)) {
      const copy = readCopy(useSession().agent?.id ?? '', cid)
      const { uploads = [], known: _known, ...rest } = copy ?? {}
      drafts.set(cid, { ...blankDraft(), ...rest })
      const own = drafts.get(cid) as Draft
      for (const done of uploads) keep(own, done)
      useDrafts().follow(cid, own)
    }
    return drafts.get(cid) as Draft
  }
  function attach(cid: string, file: File): void {
    const own = draft(cid)
    own.files.push({ key: ++lastKey, file, share: 0, upload: null, error: '', abort: new AbortController() })
    start(own.files.at(-1) as DraftFile)
  }
  function start(entry: DraftFile): void {
    Object.assign(entry, { share: 0, error: '', abort: new AbortController() })
    upload(entry.file, (share) => { entry.share = share }, entry.abort.signal)
      .then((done) => { entry.upload = done; entry.share = 1 })
      .catch((failure: unknown) => { entry.error = wordsOf(failure) })
  }
  /** Upload a file again that did not arrive. */
  function retry(cid: string, key: number): void {
    const entry = draft(cid).files.find((file) => file.key === key)
    if (entry?.error) start(entry)
  }
  /** The files that the hub has of a draft, in the place of what stands here, or beside it. */
  function refile(cid: string, kept: readonly Attachment[], beside = false): void {
    const own = draft(cid)
    if (!beside) own.files = own.files.filter((file) => !file.upload)
    for (const file of kept) keep(own, { id: file.id, name: file.name ?? '', mime: file.mime ?? '', size_bytes: file.size_bytes ?? 0 })
  }
  function detach(cid: string, key: number): void {
    const own = draft(cid)
    own.files.find((file) => file.key === key)?.abort.abort()
    own.files = own.files.filter((file) => file.key !== key)
  }

  function keep(own: Draft, done: Upload): void {
    own.files.push({ key: ++lastKey, file: new File([], done.name, { type: done.mime }), share: 1, upload: done, error: '', abort: new AbortController() })
  }
  /** Put above what was written since. */
  function refill(own: Draft, tab: Tab, text: string, spans: readonly Span[], buttons: readonly Button[]): void {
    const since = own.text[tab]
    if (tab === 'reply') own.spans = [...spans, ...(since.trim() ? behind(own.spans, text.length + 1) : [])]
    own.text[tab] = since.trim() ? `${text}\n${since}` : text
    if (own.buttons.length === 0) own.buttons = [...buttons]
    own.tab = tab
  }
  /** The text comes back to where it was written; what was written since is kept below it. A template has no text of its own. */
  function giveBack(pending: Pending): void {
    const own = draft(pending.conversationId)
    if (pending.template) return
    refill(own, pending.kind, pending.block ? blockWords(pending.block) : pending.text, pending.spans, pending.buttons.flat())
    own.replyTo ??= pending.replyTo
    own.canned ??= pending.canned
    for (const done of pending.uploads) keep(own, done)
  }

  function send(cid: string, along: Along = {}): void {
    const own = draft(cid)
    const reply = own.tab === 'reply'
    const { text, spans } = trimmed(own.text[own.tab], reply ? own.spans : [])
    const uploads = own.files.flatMap((file) => (file.upload ? [file.upload] : []))
    if (!text && uploads.length === 0) return
    const begun = begin(cid, own.tab, text, { spans, uploads, sendAt: along.sendAt ?? null, recall: along.recall ?? false, mentions: along.mentions ?? [], draft: useDrafts().sent(cid, own.tab), ...(reply ? { buttons: rowsOf(own.buttons), head: along.head ?? null, replyTo: own.replyTo, canned: own.canned } : {}) })
    if (!begun) return
    own.text[own.tab] = ''
    own.files = []
    if (reply) Object.assign(own, { spans: [], buttons: [], head: null, canned: null })
    own.replyTo = null
  }
  /** Send a template; `text` is what it says. */
  function sendTemplate(cid: string, template: TemplateRequest, text: string, uploads: Upload[]): void {
    begin(cid, 'reply', text, { template, uploads })
  }
  /** Send a place or a contact card. */
  function sendBlock(cid: string, block: NonNullable<Pending['block']>): void {
    begin(cid, 'reply', '', { block })
  }
  /** Upload a file and send it alone, such as a voice message; false: it could not be uploaded, and why was said. */
  async function sendFile(cid: string, kind: Tab, file: File): Promise<boolean> {
    try {
      const done = await upload(file, () => undefined, new AbortController().signal)
      return begin(cid, kind, '', { uploads: [done] })
    } catch (failure) {
      useToasts().fail(failure)
      return false
    }
  }
  function begin(cid: string, kind: Tab, text: string, more: Partial<Pending>): boolean {
    const me = useSession().agent
    if (!me) return false
    const pending = messages.begin({
      id: crypto.randomUUID(), conversationId: cid, kind, text, spans: [], uploads: [], buttons: [], head: null, template: null, replyTo: null, canned: null,
      at: new Date(useClock().serverNow()).toISOString(), authorId: me.id, authorName: me.name, state: 'sending', adopted: null, ...more,
    })
    useUndo().drop()
    if (pending.kind === 'reply' && !pending.sendAt) {
      const undoS = useSession().info?.undo_s ?? 5
      undoable.value = { pendingId: pending.id, conversationId: cid, messageId: null, until: useClock().serverNow() + undoS * 1000, wanted: false }
    }
    void keepUnsent(pending)
    void deliver(pending)
    return true
  }
  /** What the agent wrote before the page was closed or loaded anew goes on its way; what is too old comes back to be looked at. */
  async function resume(): Promise<void> {
    const me = useSession().agent
    if (!me) return
    for (const kept of await unsentOf(me.id)) {
      if (messages.isPending(kept)) continue
      if (isFresh(kept, useClock().serverNow())) { void deliver(messages.begin({ ...kept, state: 'offline', adopted: null }), true); continue }
      void dropUnsent(kept.id)
      giveBack(kept)
      useToasts().show(i18n.global.t('live.tooOld'), 'error')
    }
  }

  /** The stored message, or the id of the command that is going to store it. */
  async function post(pending: Pending): Promise<Message | string> {
    const answer = await api.send(pending.conversationId, {
      id: pending.id, kind: pending.kind, text: pending.template ? '' : pending.text, attachments: pending.uploads.map((done) => done.id),
      ...(pending.spans.length > 0 ? { spans: pending.spans } : {}), ...(pending.buttons.length > 0 ? { buttons: pending.buttons } : {}),
      ...(pending.head ? { email: pending.head } : {}), ...(pending.template ? { template: pending.template } : {}), ...(pending.canned ? { canned: pending.canned } : {}),
      ...(pending.replyTo ? { reply_to: pending.replyTo.id } : {}), ...(pending.block ? { blocks: [pending.block] } : {}), ...(pending.draft ? { draft: pending.draft } : {}),
      ...(pending.sendAt ? { send_at: pending.sendAt, recall: pending.recall ?? false } : {}), ...(pending.mentions?.length ? { mentions: pending.mentions } : {}),
    })
    return answer.body.message ?? answer.body.command_id ?? pending.id
  }
  /** Accepted and durable (202): the next one may go, for the hub keeps their order. */
  async function settleLater(pending: Pending, id: string): Promise<void> {
    pending.state = 'waiting'
    const outcome = await useCommands().outcome(id)
    if (!messages.isPending(pending)) return
    if (outcome.status === 'done' && outcome.result?.message) stored(pending, outcome.result.message)
    else refused(pending, new ApiError(409, { detail: outcome.reason ?? undefined, reason_code: outcome.reason_code ?? undefined, reason_values: outcome.reason_values }))
  }
  /** Until the hub has it or refuses it. A repeat with the same id is harmless, so a break heals itself. */
  function deliver(pending: Pending, resumed = false): Promise<void> {
    return turns.take(pending.conversationId, async () => {
      // Another tab has sent it meanwhile; what became of it comes by the live connection.
      if (resumed && !(await isUnsent(pending.id))) messages.abandon(pending)
      for (let attempt = 0; messages.isPending(pending); attempt++) {
        try {
          pending.state = 'sending'
          const answer = await post(pending)
          if (typeof answer === 'string') void settleLater(pending, answer)
          else stored(pending, answer)
          return
        } catch (failure) {
          if (!(failure instanceof ApiError) || !REPEATABLE.has(failure.status)) return refused(pending, failure)
          if (!messages.isPending(pending)) return
          if (isWanted(pending)) return refused(pending, null)
          pending.state = 'offline'
          await useLine().again(attempt, failure.retryAfterS)
        }
      }
    })
  }
  const isWanted = (pending: Pending): boolean => undoable.value?.pendingId === pending.id && undoable.value.wanted

  function stored(pending: Pending, message: Message): void {
    void dropUnsent(pending.id)
    messages.settle(pending, message)
    if (pending.kind === 'note') offer('undo.note', () => unwrite(pending, message))
    else if (pending.sendAt) offer('undo.scheduled', () => cancel(message.id), { time: dayAndTime(pending.sendAt, useClock().now) })
    const open = undoable.value
    if (open?.pendingId !== pending.id) return
    open.messageId = message.id
    if (message.send_at) open.until = Date.parse(message.send_at)
    if (open.wanted) void takeBack(open)
    else if (!message.send_at) undoable.value = null
  }
  function refused(pending: Pending, failure: unknown): void {
    void dropUnsent(pending.id)
    messages.abandon(pending)
    giveBack(pending)
    if (undoable.value?.pendingId === pending.id) undoable.value = null
    if (failure) useToasts().fail(failure)
  }

  const offer = (words: string, run: () => Promise<unknown>, values: Record<string, string> = {}): void => useUndo().offer(i18n.global.t(words, values), run)
  /** A note that nobody was to read: it goes, and its text comes back. */
  async function unwrite(pending: Pending, message: Message): Promise<void> {
    if (await messages.change(() => api.remove(message.id).then((answer) => answer ?? { message: { ...message, deleted_at: new Date().toISOString(), version: message.version + 1 } }))) giveBack(pending)
  }
  /** Take back what was done last, while it can be. */
  function undo(): void {
    if (useUndo().latest) return useUndo().run()
    const open = undoable.value
    if (!open || open.wanted) return
    open.wanted = true
    if (open.messageId) void takeBack(open)
    else useLine().now()
  }
  async function takeBack(open: Undoable): Promise<void> {
    undoable.value = null
    await cancel(open.messageId ?? '')
  }
  /** Take back a reply that has not left; its text returns to the composer. */
  async function cancel(messageId: string): Promise<void> {
    const known = messages.find(messageId)
    const after = await messages.change(() => api.cancel(messageId))
    const before = known ?? after
    if (!before || !after) return
    const own = draft(before.conversation_id)
    if (before.content.template) return
    refill(own, 'reply', before.content.text, before.content.spans ?? [], before.content.buttons?.flat() ?? [])
    // An attachment of ours has the id of its upload.
    for (const file of before.content.attachments ?? []) keep(own, { id: file.id, name: file.name ?? '', mime: file.mime ?? '', size_bytes: file.size_bytes ?? 0 })
    useToasts().show(i18n.global.t('compose.takenBack'))
  }
  function clear(): void { useDrafts().clear(); useUndo().drop(); drafts.clear(); undoable.value = null }

  return { drafts, undoable, previewing, draft, attach, retry, detach, refile, send, sendTemplate, sendBlock, sendFile, resume, undo, cancel, clear }
})
