"""What is known of the channel type ``email`` without importing the mail libraries."""

from typing import Final, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connectors.email.fields import (
    Endpoint,
    Line,
    ListenBytes,
    ListenFile,
    ListenHost,
    ListenKeyFile,
    ListenPort,
    ListenTls,
    Mailbox,
    ReceiveBy,
    Tls,
)
from connectors.email.russian import RUSSIAN
from connectors.manifest import ChannelSettings, Manifest
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit, RateLimit
from shared.model.content import AttachmentKind

_MIB: Final = 1024 * 1024


class EmailSettings(ChannelSettings):
    """A mailbox and the server that sends in its name."""

    model_config = ConfigDict(hide_input_in_errors=True)

    address: Mailbox = Field(
        title="E-mail address",
        description="The address that customers write to; answers come from it.",
    )
    from_name: Line = Field(
        default="",
        max_length=200,
        title="Name of the sender",
        description="What customers see beside the address, such as the name of your shop.",
    )
    aliases: tuple[Mailbox, ...] = Field(
        default=(),
        max_length=100,
        title="Other addresses of this mailbox",
        description=(
            "Aliases that arrive here too. The hub never takes mail from these addresses for a"
            " customer's."
        ),
    )
    receive_by: ReceiveBy = "imap"
    imap_host: Line = Field(
        default="",
        validate_default=True,
        max_length=253,
        title="IMAP server",
        description=(
            "From the help pages of your provider: imap.gmail.com, outlook.office365.com,"
            " imap.yandex.ru, imap.mail.ru ... IMAP must be switched on in the mailbox's settings."
        ),
    )
    imap_port: int = Field(
        default=993,
        ge=1,
        le=65535,
        title="IMAP port",
        description="993 with TLS, 143 with STARTTLS.",
    )
    imap_tls: Tls = Field(
        default="tls",
        title="IMAP encryption",
        description="tls from the first byte (usual), starttls, or none inside your own network.",
    )
    listen_host: ListenHost = "127.0.0.1"
    listen_port: ListenPort = 2525
    listen_tls: ListenTls = "none"
    listen_certificate: ListenFile = ""
    listen_key: ListenKeyFile = ""
    listen_max_bytes: ListenBytes = 25 * _MIB
    smtp_host: Line = Field(
        min_length=1,
        max_length=253,
        title="SMTP server",
        description="smtp.gmail.com, smtp.office365.com, smtp.yandex.ru, smtp.mail.ru ...",
    )
    smtp_port: int = Field(
        default=465,
        ge=1,
        le=65535,
        title="SMTP port",
        description="465 with TLS, 587 with STARTTLS.",
    )
    smtp_tls: Tls = Field(
        default="tls",
        title="SMTP encryption",
        description="tls from the first byte, starttls, or none inside your own network.",
    )
    user: Line = Field(
        default="",
        max_length=320,
        title="User name",
        description="What you sign in to the mailbox with. Empty: the e-mail address.",
    )
    password: SecretStr | None = Field(
        default=None,
        title="Password",
        description=(
            "Of the mailbox. Gmail, Yandex and mail.ru want an app password, made in the security"
            " settings of the account. Leave it empty when OAuth2 is filled in."
        ),
    )
    smtp_user: Line = Field(
        default="",
        max_length=320,
        title="SMTP user name",
        description="Only where sending has a sign-in of its own. Empty: the same as for IMAP.",
    )
    smtp_password: SecretStr | None = Field(
        default=None,
        title="SMTP password",
        description="Only where sending has a sign-in of its own. Empty: the same as for IMAP.",
    )
    smtp_login: bool = Field(
        default=True,
        title="Sign in to send",
        description="Switch it off for a relay in your own network that asks for no password.",
    )
    oauth_token_url: Endpoint = Field(
        default=None,
        title="OAuth2 token address",
        description=(
            "Google: https://oauth2.googleapis.com/token. Microsoft:"
            " https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token"
        ),
    )
    oauth_client_id: Line = Field(
        default="",
        max_length=500,
        title="OAuth2 client id",
        description="From the app registration in Google Cloud or Microsoft Entra.",
    )
    oauth_client_secret: SecretStr | None = Field(
        default=None,
        title="OAuth2 client secret",
        description="Shown once when the app registration made it.",
    )
    oauth_refresh_token: SecretStr | None = Field(
        default=None,
        title="OAuth2 refresh token",
        description="From the consent that the mailbox's owner gave to the app.",
    )
    oauth_scope: Line = Field(
        default="",
        max_length=1000,
        title="OAuth2 scope",
        description="Microsoft wants the scopes of IMAP and SMTP named again; Google does not.",
    )
    folder: Line = Field(
        default="INBOX",
        min_length=1,
        max_length=200,
        title="Folder to read",
        description="Where customers' mails arrive.",
    )
    first_days: int = Field(
        default=1,
        ge=0,
        le=3650,
        title="Days to look back at first",
        description="How old a mail may be to be taken in when the channel is new. 0: today's.",
    )
    after_intake: Literal["nothing", "seen", "move"] = Field(
        default="seen",
        title="Once a mail is taken in",
        description="Leave it as it is, mark it as read, or move it to another folder.",
    )
    move_to: Line = Field(
        default="",
        max_length=200,
        title="Folder to move to",
        description="Must exist. Only for `move`.",
    )
    max_mail_bytes: int = Field(
        default=10 * _MIB,
        ge=64 * 1024,
        le=40 * _MIB,
        title="Biggest mail taken in at once, bytes",
        description=(
            "For imap. Of a bigger one the text is taken at once, and each file by itself."
        ),
    )
    sent_folder: Line = Field(
        default="",
        max_length=200,
        title="Folder for sent mails",
        description="Empty: the one that the server names as such.",
    )
    save_sent: bool = Field(
        default=True,
        title="Put a copy into the folder for sent mails",
        description="Switch it off where the provider does it: Gmail and Microsoft 365 do.",
    )
    plus_addresses: bool = Field(
        default=False,
        title="Addresses with a plus",
        description=(
            "Answers and bounces come back to name+code@: switch it on if mail to such addresses"
            " arrives in this mailbox (Gmail, Microsoft 365, Yandex: yes). They find their"
            " conversation then, whatever the customer's program does."
        ),
    )
    subject_tag: bool = Field(
        default=False,
        title="Tag in the subject",
        description="Adds [#CODE] to subjects: the last resort where programs lose the thread.",
    )
    quote_previous: bool = Field(
        default=True,
        title="Quote the mail that is answered",
        description="Below the answer, as mail programs do.",
    )
    mails_per_minute: int = Field(
        default=60,
        ge=1,
        le=100_000,
        title="Mails per minute",
        description="What the provider lets you send. Gmail: 500 a day, Google Workspace 2000.",
    )
    timeout_s: float = Field(
        default=30,
        ge=1,
        le=300,
        title="Time limit of a step, seconds",
        description="For each answer of a server; large mails get more by their size.",
    )
    idle_s: float = Field(
        default=55,
        ge=0,
        le=90,
        title="Waiting for news, seconds",
        description=(
            "How long one IDLE lasts before the hub looks by itself; 0 and servers without IDLE:"
            " it looks every few seconds."
        ),
    )
    tls_ca: str | None = Field(
        default=None,
        max_length=100_000,
        title="Certificate authority",
        description="PEM of your own authority, for servers with a certificate of your own.",
    )

    @field_validator("imap_host")
    @classmethod
    def _reads_somewhere(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.data.get("receive_by") == "imap":
            raise ValueError("the server that the mailbox is read from is needed")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        oauth = (self.oauth_token_url, self.oauth_client_id, self.oauth_refresh_token)
        if any(oauth) and not all(oauth):
            raise ValueError("OAuth2 needs the token address, the client id and the refresh token")
        known = self.password is not None or self.oauth_refresh_token is not None
        if not known and (not self.listens or (self.smtp_login and self.smtp_password is None)):
            raise ValueError("a password or OAuth2 is needed")
        if self.after_intake == "move" and not self.move_to:
            raise ValueError("say which folder to move to")
        if self.listen_tls != "none" and not (self.listen_certificate and self.listen_key):
            raise ValueError("encryption of what arrives needs a certificate file and a key file")
        return self

    @property
    def listens(self) -> bool:
        """Mail is handed over to us; no mailbox is read."""
        return self.receive_by != "imap"

    @property
    def own_addresses(self) -> frozenset[str]:
        """All addresses that are ours, in lower case."""
        return frozenset(address.lower() for address in (self.address, *self.aliases))

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.address.rpartition("@")[2]


MANIFEST = Manifest(
    channel_type=ChannelType("email"),
    title="E-mail",
    summary={
        "en": "A mailbox over IMAP, or mail by SMTP or LMTP: threads, attachments, HTML, bounces.",
        "ru": "Почтовый ящик по IMAP или приём по SMTP и LMTP: цепочки, вложения, недоставка.",
    },
    settings=EmailSettings,
    words={"ru": RUSSIAN},
    capabilities=Capabilities(
        max_text=100_000,
        text_unit="utf16",
        max_caption=100_000,
        formats=tuple(kind for kind in Format if kind is not Format.SPOILER),
        # One kind, so that everything attached goes with the text in one mail.
        media=(MediaLimit(kind=AttachmentKind.FILE.value, max_bytes=18 * _MIB),),
        album_max=50,
        reply=True,
        receipts=("delivered", "read"),
        write_first=True,
        first_address="email",
        rate_channel=RateLimit(count=60, per_s=60, burst=20),
        deadline_s=48 * 3600,
    ),
    exclusive=("address",),
    module="connectors.email.connector",
    pulls=True,
    simulator="connectors.email.simulator",
)
