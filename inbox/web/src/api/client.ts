/** Requests to the hub: cookie session, CSRF header, problem documents, a time limit on every wait. */
import { ahead } from './foremost'

export interface Problem {
  title?: string; status?: number; detail?: string; field?: string; errors?: { field: string; reason: string }[]
  reason_code?: string; reason_values?: Record<string, string>
}

/** The hub said no, or could not be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfterS: number | null = null,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.name = 'ApiError'
  }

  get offline(): boolean { return this.status === 0 }
}

const LIMIT_MS = 20_000
const BASE = '/api/v1'
const csrf: { header: string; token: string } = { header: 'X-CSRF-Token', token: '' }
let onUnauthorised: () => void = () => undefined
let onForged: () => Promise<void> = () => Promise.resolve()

export function useCsrf(header: string, token: string): void {
  csrf.header = header
  csrf.token = token
}
export function csrfHeader(): [string, string] { return [csrf.header, csrf.token] }
export function whenUnauthorised(handler: () => void): void { onUnauthorised = handler }
/** `handler` asks for the session's token anew: another tab may have signed in, and with it comes another one. */
export function whenForged(handler: () => Promise<void>): void { onForged = handler }

export type Query = Record<string, string | number | boolean | null | undefined>

function address(path: string, query?: Query): string {
  const parts = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (parts.length === 0) return BASE + path
  return `${BASE}${path}?${new URLSearchParams(parts.map(([key, value]) => [key, String(value)])).toString()}`
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem
  } catch {
    return { status: response.status, title: response.statusText }
  }
}

/** What a refused request says of its fields: their names, as the hub has them, with the reason. */
export function fieldProblems(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  const { errors, field, detail } = error.problem
  if (errors) return Object.fromEntries(errors.map((one) => [one.field, one.reason]))
  return field ? { [field]: detail ?? '' } : {}
}

export interface Answer<T> { status: number; body: T }

async function request<T>(method: string, path: string, query?: Query, body?: unknown, ended?: AbortSignal): Promise<Answer<T>> {
  const token = csrf.token
  try {
    return await once<T>(method, path, query, body, ended)
  } catch (failure) {
    const forged = failure instanceof ApiError && failure.status === 403 && failure.problem.detail?.includes(csrf.header)
    if (!forged) throw failure
    await onForged()
    if (csrf.token === token) throw failure
    return once<T>(method, path, query, body, ended)
  }
}

async function once<T>(method: string, path: string, query?: Query, body?: unknown, ended?: AbortSignal): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET' && csrf.token) headers[csrf.header] = csrf.token
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const before = method === 'GET' ? ahead() : null
  if (before) await before
  let response: Response
  try {
    response = await fetch(address(path, query), {
      method, headers, credentials: 'same-origin', signal: ended ? AbortSignal.any([ended, AbortSignal.timeout(LIMIT_MS)]) : AbortSignal.timeout(LIMIT_MS),
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch {
    throw new ApiError(0, { title: 'unreachable' })
  }
  if (!response.ok) {
    if (response.status === 401 && path !== '/session') onUnauthorised()
    const after = Number(response.headers.get('Retry-After'))
    throw new ApiError(response.status, await problemOf(response), after > 0 ? after : null)
  }
  const text = response.status === 204 ? '' : await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as T }
}

export const http = {
  get: async <T>(path: string, query?: Query): Promise<T> => (await request<T>('GET', path, query)).body,
  post: async <T>(path: string, body?: unknown): Promise<T> => (await request<T>('POST', path, undefined, body ?? {})).body,
  /** Until `ended` fires, after which nobody waits for the answer. */
  ask: async <T>(path: string, body: unknown, ended: AbortSignal): Promise<T> => (await request<T>('POST', path, undefined, body, ended)).body,
  send: <T>(path: string, body: unknown): Promise<Answer<T>> => request<T>('POST', path, undefined, body),
  patch: async <T>(path: string, body: unknown): Promise<T> => (await request<T>('PATCH', path, undefined, body)).body,
  put: async <T>(path: string, body: unknown): Promise<T> => (await request<T>('PUT', path, undefined, body)).body,
  delete: async <T>(path: string): Promise<T> => (await request<T>('DELETE', path)).body,
}
