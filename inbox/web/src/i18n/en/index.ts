import admin from './admin'
import bots from './bots'
import common from './common'
import inbox from './inbox'
import notices from './notices'
import thread from './thread'

export default { ...common, ...inbox, ...thread, ...admin, ...bots, ...notices }
