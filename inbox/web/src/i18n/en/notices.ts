export default {
  notices: {
    title: 'Notifications', bell: 'Notifications', unread: '{n} unread notification | {n} unread notifications', all: 'All', onlyUnread: 'Unread', markAll: 'Mark all as read', empty: 'Nothing was meant for you yet', emptyHelp: 'Mentions, conversations given to you, tasks and deadlines appear here.',
    emptyUnread: 'You have read everything', more: 'Show earlier ones', somebody: 'A colleague', isUnread: 'unread',
    heads: { mention: '{name} mentions you', assigned: 'Given to you', task: 'A task of yours', deadline: 'A deadline is near', breached: 'A deadline is over', message: 'New message', followed: 'You follow this', unassigned: 'Waits for your team', status: 'News of what you follow' },
    statuses: { open: 'Opened again', pending: 'Waits', snoozed: 'Snoozed', resolved: 'Resolved' },
    kinds: { message: 'A customer of mine writes', assigned: 'I am given a conversation', unassigned: 'One waits for my team', mention: 'I am mentioned', task: 'Tasks and reminders', deadline: 'A deadline is near or over', followed: 'A customer I follow writes', status: 'What I follow is resolved or opened' },
    means: { app: 'List', sound: 'Sound', desktop: 'Desktop', push: 'Push' },
    settings: 'Notifications', settingsHelp: 'What you are told, and how. A conversation that you look at tells you nothing.', failed: 'The settings could not be loaded', cell: '{kind}: {means}',
    quiet: 'Quiet hours', quietHelp: 'No sound, desktop or push; the list goes on.', from: 'From', until: 'until', daysOff: 'Quiet all day', zone: 'By the time of {zone}',
    here: 'This device', muted: 'Mute this browser', mutedHelp: 'No sound and no desktop notifications here.', hear: 'Hear it', allow: 'Allow notifications', denied: 'The browser has blocked notifications for this page: allow them in its settings.',
    pushOn: 'Tell me here while the app is closed', pushOff: 'Do not tell me here', noPush: 'This browser cannot do it here: it needs HTTPS, and on an iPhone the app on the home screen.', devices: 'My devices', own: 'this one', lastPush: 'last told {time}', never: 'nothing told yet', failing: 'not reached since {time}',
    mute: 'Mute {name}', unmute: 'Unmute {name}', remove: 'Remove {name}', test: 'Try {name}', tested: 'It should arrive within seconds', refused: 'The browser did not allow it', install: 'Install the app on this device',
  },
}
