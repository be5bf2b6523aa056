/** One-time links that prove who a customer is. */
export default {
  links: {
    title: 'Proof of who it is', send: 'Send a one-time link', again: 'Send another', dialog: 'Prove who it is by a link', failed: 'How it stands is not known.',
    text: 'Whoever opens the link and presses its button has this address. Then the customer is confirmed, and what is personal may be told.',
    once: 'It works once, for 30 minutes. A new link makes those before it void.', unseen: 'You will not see the link itself: only the customer gets it.',
    answered: 'It goes to {address} alone, as an answer in this conversation.', address: 'To which address', certain: 'Only addresses from which the customer has written, or that were verified.', mailed: 'It leaves by your mail channel.', needAddress: 'Choose an address.',
    confirm: 'Send the link', sent: 'The link is on its way to {address}',
    open: 'Sent to {address}', openUntil: 'waits until {time}', used: 'Opened by the owner of {address}', over: 'The link to {address} was not used', by: '{name}, {time}',
    hindrance: {
      verified: 'It is certain already who this customer is.',
      no_public_url: 'Customers cannot reach this hub: an admin has to set its public address (HUB_PUBLIC_URL).',
      no_address: 'A link needs a mail address that is certain: one from which the customer has written.',
      no_mail_channel: 'There is no mail channel at work that could send a link.',
      too_many: 'Three links were sent within an hour. The next can be sent at {time}.',
    },
  },
}
