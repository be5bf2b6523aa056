import admin from './admin'
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

export default { ...common, ...inbox, ...links, ...lists, ...thread, ...admin, ...bots, ...desk, ...floor, ...policies, ...writing, ...notices }
