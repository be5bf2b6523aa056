import type en from '../en'
import admin from './admin'
import bots from './bots'
import common from './common'
import inbox from './inbox'
import lists from './lists'
import notices from './notices'
import thread from './thread'
import writing from './writing'

/** The same keys as English has: the compiler and a test insist. */
type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> }
const ru: Words<typeof en> = { ...common, ...inbox, ...lists, ...thread, ...admin, ...bots, ...writing, ...notices }
export default ru
