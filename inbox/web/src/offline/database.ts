/**
 * What outlives the page: one IndexedDB database with a shelf for each kind of thing. A browser that has none, or
 * refuses it (a private window, a full disk), works all the same while it is online: nothing here ever throws.
 */
export type Shelf = 'outbox' | 'snapshot'
const NAME = 'hub'
const SHELVES: readonly Shelf[] = ['outbox', 'snapshot']
let opened: Promise<IDBDatabase | null> | null = null

function open(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    if (!('indexedDB' in globalThis)) return resolve(null)
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => { for (const shelf of SHELVES) request.result.createObjectStore(shelf) }
    request.onsuccess = () => {
      // Another tab that brings a newer shape must not wait for this one.
      request.result.onversionchange = () => { request.result.close(); opened = null }
      request.result.onclose = () => { opened = null }
      resolve(request.result)
    }
    request.onerror = request.onblocked = () => { opened = null; resolve(null) }
  })
  return opened
}

/** Resolves when the change is written, with what the request answered; null where there is no database. */
async function on<T>(shelf: Shelf, mode: IDBTransactionMode, ask: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  const database = await open()
  if (!database) return null
  try {
    const transaction = database.transaction(shelf, mode)
    const request = ask(transaction.objectStore(shelf))
    return await new Promise((resolve) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = transaction.onabort = () => resolve(null)
    })
  } catch {
    return null // It was closed under our hands.
  }
}

/** What Vue watches cannot be cloned into the database; our documents are plain JSON. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

export const keep = async (shelf: Shelf, key: string, value: unknown): Promise<void> => { await on(shelf, 'readwrite', (open) => open.put(plain(value), key)) }
export const read = async <T>(shelf: Shelf, key: string): Promise<T | null> => ((await on(shelf, 'readonly', (open) => open.get(key))) as T | undefined) ?? null
export const readAll = async <T>(shelf: Shelf): Promise<T[]> => ((await on(shelf, 'readonly', (open) => open.getAll())) as T[] | null) ?? []
export const drop = async (shelf: Shelf, key: string): Promise<void> => { await on(shelf, 'readwrite', (open) => open.delete(key)) }
export const clear = async (shelf: Shelf): Promise<void> => { await on(shelf, 'readwrite', (open) => open.clear()) }
