import type en from '../en'
import admin from './admin'
import audit from './audit'
import bots from './bots'
import common from './common'
import desk from './desk'
import floor from './floor'
import links from './links'
import lists from './lists'
import inbox from './inbox'
import notices from './notices'
import policies from './policies'
import thread from './thread'
import writing from './writing'

/** The same keys as English has: the compiler and a test insist. */
type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> }
const ru: Words<typeof en> = { ...common, ...inbox, ...links, ...lists, ...thread, ...admin, ...audit, ...bots, ...desk, ...floor, ...policies, ...writing, ...notices }
export default ru
