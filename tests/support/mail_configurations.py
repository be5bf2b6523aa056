"""The configurations of the tests' Dovecot and Exim."""

from typing import Final

DOVECOT_CONF: Final = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = {ssl}
ssl_cert = <{cert}
ssl_key = <{key}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login
protocols = imap lmtp
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%n
postmaster_address = postmaster@shop.example
lda_mailbox_autocreate = yes
recipient_delimiter = +
mail_max_userip_connections = 100
imap_idle_notify_interval = 2 min
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%n {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%n
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  chroot =
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""

EXIM_CONF: Final = """\
primary_hostname = mail.shop.example
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%slog
pid_file_path = {folder}/exim.pid
keep_environment =
tls_advertise_hosts =
smtputf8_advertise_hosts = *
local_interfaces = 127.0.0.1
message_size_limit = 45M
queue_run_max = 1
deliver_drop_privilege = true
never_users =
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = check
acl_smtp_data = accept
begin acl
check:
  deny message = 5.1.1 no such user here
       local_parts = nobody-here
  defer message = 4.2.0 greylisted, come back later
       local_parts = greylisted
  accept
begin routers
bounce_router:
  driver = redirect
  local_parts = bouncing
  allow_fail
  data = :fail: 5.1.1 the mailbox does not exist
to_hub_by_smtp:
  driver = accept
  domains = smtp.example
  local_part_suffix = +*
  local_part_suffix_optional
  transport = hub_by_smtp
to_hub_by_lmtp:
  driver = accept
  domains = lmtp.example
  local_part_suffix = +*
  local_part_suffix_optional
  transport = hub_by_lmtp
to_dovecot:
  driver = accept
  transport = dovecot
begin transports
dovecot:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  hosts_override
  port = {lmtp}
  allow_localhost
  rcpt_include_affixes
  delivery_date_add
  envelope_to_add
  return_path_add
hub_by_smtp:
  driver = smtp
  hosts = 127.0.0.1
  hosts_override
  port = ${{readfile{{{folder}/smtp-port}}{{}}}}
  allow_localhost
  rcpt_include_affixes
hub_by_lmtp:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  hosts_override
  port = ${{readfile{{{folder}/lmtp-port}}{{}}}}
  allow_localhost
  rcpt_include_affixes
begin retry
* * F,1h,1m
"""
