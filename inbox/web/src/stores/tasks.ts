/** Tasks that lines have of conversations: mine, those of a line, those of one conversation. */
import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import { ApiError } from '@/api/client'
import { desk, type EscalateRequest, type Task, type TaskAnswer } from '@/api/desk'
import type { Conversation } from '@/api/types'
import { useCommands } from './commands'
import { useConversations } from './conversations'
import { useLive } from './live'
import { useSession } from './session'

export const TASK_VIEWS = ['mine', 'waiting', 'done'] as const
/** What I have taken, what waits for somebody, what I have finished. */
export type TaskView = (typeof TASK_VIEWS)[number]

const fits = (view: TaskView, task: Task, me: string | undefined): boolean => {
  if (view === 'waiting') return task.state === 'open'
  return task.assignee_id === me && task.state === (view === 'mine' ? 'taken' : 'done')
}
const QUERIES = { mine: { state: 'taken', assignee_id: 'me' }, waiting: { state: 'open' }, done: { state: 'done', assignee_id: 'me' } } as const

export const useTasks = defineStore('tasks', () => {
  const live = useLive()
  const session = useSession()
  const byId = reactive(new Map<string, Task>())
  const next = ref<Record<TaskView, string | null>>({ mine: null, waiting: null, done: null })
  const seen = new Map<string, string>()

  function put(task: Task): void {
    const known = byId.get(task.id)
    if (!known || known.version <= task.version) byId.set(task.id, task)
  }
  const list = (view: TaskView): Task[] => [...byId.values()].filter((task) => fits(view, task, session.agent?.id)).sort((a, b) => (view === 'done' ? -1 : 1) * (Date.parse(a.created_at) - Date.parse(b.created_at)))
  const of = (conversation: string): Task[] => [...byId.values()].filter((task) => task.conversation_id === conversation).sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))

  async function load(view: TaskView, more = false): Promise<void> {
    const page = await desk.tasks({ ...QUERIES[view], limit: 50, cursor: more ? next.value[view] : null })
    page.items.forEach(put)
    next.value[view] = page.next
  }
  const loadOf = async (conversation: string): Promise<void> => { (await desk.tasksOf(conversation)).items.forEach(put) }

  /** What came of a command; the hub may have said only that it will do it. */
  async function settle(answer: TaskAnswer): Promise<void> {
    if (answer.task) put(answer.task)
    if (answer.conversation) useConversations().put(answer.conversation)
    if (answer.task || !answer.command_id) return
    const outcome = await useCommands().outcome(answer.command_id)
    if (outcome.status === 'refused') throw new ApiError(409, { detail: outcome.reason ?? undefined })
    if (outcome.result?.conversation) useConversations().put(outcome.result.conversation)
  }
  const escalate = async (conversation: string, request: EscalateRequest): Promise<void> => settle(await desk.escalate(conversation, request))
  const take = async (task: string): Promise<void> => settle(await desk.takeTask(task, crypto.randomUUID()))
  const finish = async (task: string, result: string): Promise<void> => settle(await desk.finishTask(task, crypto.randomUUID(), result))

  /** A conversation names its open tasks: when those change, its tasks are read again. */
  function follow(conversation: Conversation): void {
    const stamp = JSON.stringify([conversation.escalation?.open ?? [], conversation.escalation?.hops.length ?? 0])
    const before = seen.get(conversation.id) ?? '[[],0]'
    seen.set(conversation.id, stamp)
    if (stamp !== before) void loadOf(conversation.id).catch(() => seen.delete(conversation.id))
  }
  live.listen((frame) => { if (frame.kind === 'conversation.changed') follow(frame.payload.conversation) })
  watch(() => live.state, (now, before) => { if (now === 'online' && before !== 'online') seen.clear() })
  watch(() => session.agent?.id, (now) => { if (!now) { byId.clear(); seen.clear() } })
  return { byId, next, list, of, put, load, loadOf, follow, escalate, take, finish }
})
