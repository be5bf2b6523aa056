export default {
  thread: {
    title: 'Conversation', messages: 'Messages', pick: 'Pick a conversation', pickHelp: 'Choose one from the list, or press j and Enter.',
    failed: 'The conversation could not be loaded', empty: 'No messages yet', older: 'Loading earlier messages…', beginning: 'The conversation begins here',
    newBelow: '{n} new message below | {n} new messages below', toBottom: 'To the newest message', unread: 'New',
    typing: '{name} is typing…', customerTyping: 'The customer is typing…', viewing: '{name} is also here | {name} are also here', missing: 'This conversation does not exist, or you may not see it.',
  },
  mail: { to: 'To', cc: 'Copy', bcc: 'Hidden copy', subject: 'Subject', noAddress: 'This is no address: {piece}', title: 'The mail as it was written', show: 'As it was written', hide: 'Text only', pictures: 'Show {n} picture from elsewhere | Show {n} pictures from elsewhere', picturesHelp: 'Loading them tells the sender that the mail was read.' },
  message: {
    note: 'Note', edited: 'edited', editedTitle: 'Earlier versions', deleted: 'Message deleted', deletedAt: 'deleted {time}', deletedBy: 'The customer deleted this message. What it said:',
    late: 'arrived late', lateHelp: 'It came after the messages below it, and was put in its place.', forwarded: 'Forwarded', forwardedFrom: 'Forwarded from {name}',
    pressed: 'Pressed: {label}', pressedMark: 'pressed', replyTo: 'Reply', react: 'React', copy: 'Copy the text', edit: 'Edit', remove: 'Delete', actions: 'Message actions',
    removeAsk: 'Delete this message?', removeHelp: 'It disappears at the customer’s too, where the channel can do that.', removeNote: 'Colleagues will not see it any more.', editTitle: 'Edit the message',
    template: 'Template {name}', original: 'The original', otherThread: 'from another chat', raw: 'Raw payload', unsupported: 'Something we cannot show yet: {name}', spoiler: 'Hidden. Click to show',
    noReaction: 'Remove the reaction', reactions: 'Reactions: {list}', subject: 'Subject: {subject}', quoted: 'Earlier mail', bot: 'bot', automatic: 'written by a machine', app: 'from the app',
    byMail: 'by e-mail',
  },
  delivery: {
    queued: 'Queued', queuedIn: 'Leaves in {n} s', scheduled: 'Leaves {time}', sending: 'Sending', held: 'Held back: an earlier part did not arrive', unknown: 'Perhaps not delivered', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not delivered',
    cancelled: 'Taken back, not sent', failedBecause: 'Not delivered: {reason}', unknownHelp: 'The connection broke while it was being sent. It may have arrived: ask, or send it again.',
    resend: 'Resend', sendAgain: 'Send again', offline: 'Waiting for the connection', waiting: 'Accepted, being stored', takeBack: 'Take back', undo: 'Undo',
    reasons: { rejected: 'the platform refused it', window_closed: 'the reply window is closed', contact_gone: 'the customer cannot be reached any more', channel_broken: 'the channel is stopped', deadline: 'it took too long', unknown: 'the outcome is not known', internal: 'a fault of the hub' },
  },
  attachment: {
    pending: 'The file is on its way', failed: 'The file could not be fetched', expired: 'The platform no longer has the file', too_big: 'The file is too big',
    download: 'Download {name}', open: 'Open {name}', play: 'Play', pause: 'Pause', position: 'Position', untitled: 'no name', image: 'Picture {name}', speed: 'Speed {n}×', viewer: 'Picture', notPlayable: 'This cannot be played here.',
  },
  block: {
    openMap: 'Open on a map', live: 'live until {time}', votes: '{n} vote | {n} votes', closed: 'closed', rolled: 'rolled {value}', order: 'Order', callIn: 'Incoming call', callOut: 'Outgoing call', missed: 'Missed call', form: 'Form', pieces: '{n} × {title}', liveOver: 'was live',
    services: {
      member_joined: '{name} joined', member_left: '{name} left', title_changed: 'The title was changed to “{title}”', photo_changed: 'The photo was changed', photo_removed: 'The photo was removed', chat_created: 'The chat was made', chat_migrated: 'The chat moved',
      message_pinned: 'A message was pinned', message_deleted: 'A message that we do not have was deleted', reaction: 'Reaction to a message that we do not have: {emoji}', topic_created: 'A topic was opened', topic_renamed: 'The topic was renamed', topic_closed: 'The topic was closed', topic_reopened: 'The topic was opened again',
      blocked: 'The customer blocked the channel', unblocked: 'The customer is back', started: 'The customer pressed Start', payment: 'Payment', payment_refunded: 'Payment refunded', gift: 'A gift', writing_allowed: 'The customer allowed messages', join_requested: 'Somebody asks to join', username_changed: 'The user name was changed', other: 'Service message: {name}',
    },
  },
  quick: { along: 'comes with it', title: 'Canned replies and macros', insert: 'Insert', macro: 'Macro', none: 'Nothing is called so' },
  ruleLine: {
    topic: '{actor} set the topic: {topic}', noTopic: '{actor} took the topic away', fields: '{actor} changed: {fields}', macro: '{actor} ran “{macro}”', rule_refused: 'Rule “{rule}”, {action}: {reason}', rules_stopped: 'Rules stopped at “{rule}”: {why}', scored: 'Priority by score: {priority} ({score}) {why}', scheduled_recalled: 'The customer wrote: a scheduled message was taken back', undone: '{actor} undid a bulk change',
    stops: { loop: 'they undo each other', depth: 'one sets off the next, without an end', rate: 'too many have fired here; they rest for an hour' },
  },
  system: {
    causes: {
      sticky: 'served this customer last', least_loaded: 'least loaded of {among}', least_loaded_with: 'least loaded of {among} with {needs}', silent: '{agent} did not answer', left: '{agent} is not there', deactivated: 'the agent was deactivated', no_room: 'the agent has no room', rebalance: 'others had less to do',
    },
    assigned: '{actor} assigned it to {agent}', assignedSelf: '{actor} took it', unassigned: '{actor} put it back to unassigned', verificationSent: '{actor} asked for proof of who it is: link sent to {to}', verified: 'It is certain who this is: {reason}', resolved: '{actor} resolved it', reopened: '{actor} reopened it', reopenedByCustomer: 'Reopened: the customer wrote again',
    snoozed: '{actor} snoozed it until {until}', woke: 'The snooze is over', pending: '{actor} set it to pending: {for}', priority: '{actor} set the priority to {priority}',
    labels: '{actor} changed the labels: {change}', handOff: '{actor} handed over to people: {reason}', handOffPlain: '{actor} handed over to people', gap: 'Something that arrived here could not be handled. It stands in the dead letters.', gapReason: 'Something that arrived here could not be handled: {reason}',
    onwardNoChannel: 'Not sent on by e-mail to {to}: the e-mail channel that the site chat names is gone',
    created: 'The conversation began', hub: 'The hub', merged: 'Merged with another conversation', unreachable: 'The customer cannot be reached: {reason}', reachable: 'The customer can be reached again',
    deadlineWarned: '{percent} % of the time for {target} is over: due {due}', deadlineBreached: 'Overdue: {target} was due {due}', promiseBroken: 'The customer was told {time}, and nobody has answered by then', notAcknowledged: 'Not acknowledged automatically: {reason}',
    escalated: '{actor} asked {line}: {summary}', ping_pong: 'It goes to and fro between the lines: {hops} hops', task_taken: '{actor} took the task of {line}', task_done: '{line} is done, {owner}: {result}', colleague_answered: '{actor} answered, {owner}', colleague_reminded: '{owner} was reminded to answer', colleague_silent: '{colleague} did not answer: back to the queue',
    begun: '{actor} began this conversation', continued_from: '{actor} went on here with a conversation in {channel}', continued_in: '{actor} went on with this conversation in {channel}',
    joined: '{actor} joined another conversation to this one', parted: '{actor} parted a joined conversation from this one', unmerged: '{actor} undid the merge: it goes on by itself',
  },
  preview: {
    toggle: 'Customer’s view', title: 'What the customer will see', parts: '{n} message | {n} messages', empty: 'Write something: here you see it as the customer will.', asking: 'One moment…', refused: 'Will not be sent:',
  },
  refusals: {
    nothing_left: 'there is nothing in it that this channel could be sent', block_kind: 'this channel cannot be sent: {kind}', file_kind: 'this channel carries no files of this kind: {kind}', file_size: 'the file is too big for this channel: {size_mb} of {max_mb} MB', file_type: 'this channel does not carry files of the type {mime}',
    file_not_here: 'an attached file has not arrived here', file_gone: 'an attached file is no longer there', no_edit: 'messages on this channel cannot be changed', edit_too_long: 'the new text is longer than this channel takes: {size} of {limit}', no_delete: 'messages on this channel cannot be deleted', no_reactions: 'this channel has no reactions',
    deadline: 'it could not be sent in time', unconfirmed: 'the platform did not confirm it: it may have arrived', after_stop: 'the hub stopped while it was being sent: it may have arrived', thread_renamed: 'the platform renamed the thread, and what was sent before stayed behind', window_closed: 'the time in which the platform lets us answer is over',
    unreachable: 'the customer cannot be reached on this channel', no_templates: 'this channel has no templates', channel_removed: 'the channel of this conversation was removed', newer_conversation: 'a newer conversation has begun with this customer', merged: 'the conversation was merged into another one', writes_not_first: 'this channel lets us write only to those who have written to it before', blocked: 'this contact is blocked', open_conversation: 'there is an open conversation with this customer already', canned_missing: '{variable} is not known here', canned_personal: '{variable} is personal, and it is not certain who this contact is', canned_slot_empty: '{variable} is to be filled in first', canned_placeholder_left: 'a place in the text is not filled in',
  },
  format: {
    title: 'Formatting', toggle: 'Formatting', help: 'Choose the words first', rendered: 'How it will look', address: 'Address of the link', set: 'Set',
    bold: 'Bold', italic: 'Italic', underline: 'Underline', strike: 'Strike through', spoiler: 'Hidden until clicked', code: 'Code', pre: 'Block of code', quote: 'Quote', link: 'Link',
  },
  buttons: { title: 'Buttons', label: 'Label', url: 'Address, if it leads somewhere', add: 'Add a button' },
  template: {
    title: 'Send a template', send: 'Send a template', help: 'Texts that the platform has approved. They can be sent at any time.', find: 'Find a template', refresh: 'Ask the platform again', none: 'No template can be sent.', held: 'Not to be sent now:',
    place: 'Value {n}', header: 'Heading', button: 'Button “{label}”', free: 'may stay empty', noPlace: 'A template with a place in its heading cannot be sent from here.',
    states: { pending: 'being reviewed', rejected: 'refused by the platform', paused: 'paused', disabled: 'switched off', in_appeal: 'in appeal', deleted: 'deleted' },
  },
  window: {
    closed: 'The reply window is closed', why: 'The platform lets you write freely for {n} hour after the customer’s last message. | The platform lets you write freely for {n} hours after the customer’s last message.', templates: 'Now only an approved template can be sent; an answer to it opens the window again.', wait: 'It opens again when the customer writes.', kept: 'What you have written is kept.', note: 'Write a note',
  },
  compose: {
    reply: 'Reply', note: 'Note', replyHint: 'Write to {name}…', noteHint: 'Only colleagues see this…', send: 'Send', addNote: 'Add note', attach: 'Attach files', drop: 'Drop the files here',
    meter: '{n} / {max}', over: 'Goes as {n} message | Goes as {n} messages', removeFile: 'Remove {name}', uploading: '{name}: {n} %', tooBig: '{name} is too big for this channel: {max} at most.', notCarried: 'This channel does not carry this kind of file: {name}.',
    replying: 'Reply to {name}', cancelReply: 'Do not quote', sendingIn: 'Sending in {n} s', undo: 'Undo', takenBack: 'Taken back. The text is in the composer again.',
    unreachable: 'The customer cannot be reached: {reason}', resolved: 'Resolved. A reply opens it again.',
    windowLeft: 'The reply window closes in {time}', channelPaused: 'The channel is paused: replies wait.', channelBroken: 'The channel is stopped: replies wait.', label: 'Message', toolbar: 'Composer', noQuote: 'This channel shows no quotes: the reply goes without.', emoji: 'Insert an emoji', characters: 'Characters: {n} of {max}', tooMany: '{n} file at most in one message | {n} files at most in one message', filesWait: 'Files are still being uploaded',
  },
}
