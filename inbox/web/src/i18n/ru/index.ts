import type en from '../en'
import admin from './admin'
import bots from './bots'
import common from './common'
import inbox from './inbox'
import notices from './notices'
import thread from './thread'

/** The same keys as English has: the compiler and a test insist. */
type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> }
const ru: Words<typeof en> = { ...common, ...inbox, ...thread, ...admin, ...bots, ...notices }
export default ru
