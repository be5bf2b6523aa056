"""The settings in Russian."""

from collections.abc import Mapping
from typing import Final

from shared.model.channel import SettingWords

RUSSIAN: Final[Mapping[str, SettingWords]] = {
    "address": SettingWords(
        title="Адрес почты",
        description=("Адрес, на который пишут клиенты; с него уходят ответы."),
    ),
    "from_name": SettingWords(
        title="Имя отправителя",
        description=("Что клиенты видят рядом с адресом, например название магазина."),
    ),
    "aliases": SettingWords(
        title="Другие адреса этого ящика",
        description=(
            "Псевдонимы, почта на которые тоже приходит сюда. Письма с этих адресов хаб не "
            "примет за письма клиента."
        ),
    ),
    "receive_by": SettingWords(
        title="Как приходит почта",
        description=(
            "imap: хаб читает ящик у вашего провайдера. smtp или lmtp: ваш почтовый сервер сам "
            "передаёт каждое письмо хабу, который слушает порт."
        ),
    ),
    "imap_host": SettingWords(
        title="Сервер IMAP",
        description=(
            "Из справки вашего провайдера: imap.gmail.com, outlook.office365.com, "
            "imap.yandex.ru, imap.mail.ru ... IMAP должен быть включён в настройках ящика."
        ),
    ),
    "imap_port": SettingWords(
        title="Порт IMAP",
        description=("993 с TLS, 143 со STARTTLS."),
    ),
    "imap_tls": SettingWords(
        title="Шифрование IMAP",
        description=("tls с первого байта (обычно), starttls или none внутри своей сети."),
    ),
    "listen_host": SettingWords(
        title="Адрес, на котором слушать",
        description=(
            "Для smtp и lmtp. 127.0.0.1: только эта машина. 0.0.0.0 или адрес этой машины "
            "открывает порт другим: пускайте к нему только свой почтовый сервер."
        ),
    ),
    "listen_port": SettingWords(
        title="Порт, на котором слушать",
        description="Для smtp и lmtp. Каждому такому каналу нужен свой порт.",
    ),
    "listen_tls": SettingWords(
        title="Шифрование приёма",
        description=(
            "Для smtp и lmtp: none внутри этой машины или своей сети, starttls или tls с первого "
            "байта. При starttls до шифрования ничего не принимается."
        ),
    ),
    "listen_certificate": SettingWords(
        title="Файл сертификата",
        description=(
            "Для шифрования приёма: файл PEM на машине хаба, с сертификатом и вышестоящими. "
            "Обновлённый файл будет замечен."
        ),
    ),
    "listen_key": SettingWords(
        title="Файл ключа",
        description="Закрытый ключ сертификата, файл PEM на машине хаба.",
    ),
    "listen_max_bytes": SettingWords(
        title="Самое большое входящее письмо, байт",
        description="Для smtp и lmtp: большее не принимается, и отправитель об этом узнаёт.",
    ),
    "smtp_host": SettingWords(
        title="Сервер SMTP",
        description=("smtp.gmail.com, smtp.office365.com, smtp.yandex.ru, smtp.mail.ru ..."),
    ),
    "smtp_port": SettingWords(
        title="Порт SMTP",
        description=("465 с TLS, 587 со STARTTLS."),
    ),
    "smtp_tls": SettingWords(
        title="Шифрование SMTP",
        description=("tls с первого байта, starttls или none внутри своей сети."),
    ),
    "user": SettingWords(
        title="Имя пользователя",
        description=("С чем вы входите в ящик. Пусто: адрес почты."),
    ),
    "password": SettingWords(
        title="Пароль",
        description=(
            "От ящика. Gmail, Яндекс и mail.ru требуют пароль приложения: его создают в "
            "настройках безопасности аккаунта. Оставьте пустым, если заполнен OAuth2."
        ),
    ),
    "smtp_user": SettingWords(
        title="Имя пользователя SMTP",
        description=("Только если у отправки свой вход. Пусто: как для IMAP."),
    ),
    "smtp_password": SettingWords(
        title="Пароль SMTP",
        description=("Только если у отправки свой вход. Пусто: как для IMAP."),
    ),
    "smtp_login": SettingWords(
        title="Входить для отправки",
        description=("Выключите для сервера в вашей сети, который не спрашивает пароль."),
    ),
    "oauth_token_url": SettingWords(
        title="Адрес токена OAuth2",
        description=(
            "Google: https://oauth2.googleapis.com/token. Microsoft: "
            "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token"
        ),
    ),
    "oauth_client_id": SettingWords(
        title="Идентификатор клиента OAuth2",
        description=("Из регистрации приложения в Google Cloud или Microsoft Entra."),
    ),
    "oauth_client_secret": SettingWords(
        title="Секрет клиента OAuth2",
        description=("Показан один раз, когда его создала регистрация приложения."),
    ),
    "oauth_refresh_token": SettingWords(
        title="Токен обновления OAuth2",
        description=("Из согласия, которое владелец ящика дал приложению."),
    ),
    "oauth_scope": SettingWords(
        title="Область OAuth2",
        description=("Microsoft просит назвать области IMAP и SMTP ещё раз; Google не просит."),
    ),
    "folder": SettingWords(
        title="Папка для чтения",
        description=("Куда приходят письма клиентов."),
    ),
    "first_days": SettingWords(
        title="За сколько дней взять вначале",
        description=("Насколько старое письмо взять, когда канал новый. 0: только сегодняшние."),
    ),
    "after_intake": SettingWords(
        title="Когда письмо принято",
        description=("Оставить как есть, отметить прочитанным или переместить в другую папку."),
    ),
    "move_to": SettingWords(
        title="Папка для перемещения",
        description=("Должна существовать. Только для `move`."),
    ),
    "max_mail_bytes": SettingWords(
        title="Самое большое письмо целиком, байт",
        description=("У большего сразу берётся текст, а каждый файл отдельно."),
    ),
    "sent_folder": SettingWords(
        title="Папка отправленных",
        description=("Пусто: та, которую так называет сервер."),
    ),
    "save_sent": SettingWords(
        title="Класть копию в отправленные",
        description=("Выключите там, где это делает провайдер: Gmail и Microsoft 365 делают."),
    ),
    "plus_addresses": SettingWords(
        title="Адреса с плюсом",
        description=(
            "Ответы и возвраты приходят на имя+код@: включите, если такая почта приходит в "
            "этот ящик (Gmail, Microsoft 365, Яндекс: да). Тогда они найдут свой диалог, "
            "что бы ни делала программа клиента."
        ),
    ),
    "subject_tag": SettingWords(
        title="Метка в теме",
        description=("Добавляет к теме [#КОД]: последнее средство там, где программы теряют нить."),
    ),
    "quote_previous": SettingWords(
        title="Цитировать письмо, на которое отвечают",
        description=("Под ответом, как делают почтовые программы."),
    ),
    "mails_per_minute": SettingWords(
        title="Писем в минуту",
        description=(
            "Сколько разрешает отправлять провайдер. Gmail: 500 в день, Google Workspace 2000."
        ),
    ),
    "timeout_s": SettingWords(
        title="Предел времени шага, секунды",
        description=("На каждый ответ сервера; большим письмам даётся больше, по их размеру."),
    ),
    "idle_s": SettingWords(
        title="Ожидание новостей, секунды",
        description=(
            "Сколько длится один IDLE, прежде чем хаб посмотрит сам; 0 и серверы без IDLE: "
            "он смотрит раз в несколько секунд."
        ),
    ),
    "tls_ca": SettingWords(
        title="Центр сертификации",
        description=("PEM вашего собственного центра, для серверов со своим сертификатом."),
    ),
}
