"""The settings in Russian."""

from collections.abc import Mapping
from typing import Final

from shared.model.channel import SettingWords

RUSSIAN: Final[Mapping[str, SettingWords]] = {
    "access_token": SettingWords(
        title="Токен доступа",
        description=(
            "Постоянный токен системного пользователя: business.facebook.com, Настройки, "
            "Пользователи, Системные пользователи, ваш пользователь, Создать токен; "
            "выберите приложение и разрешения whatsapp_business_messaging и "
            "whatsapp_business_management. Токен со страницы API Setup действует только "
            "один день."
        ),
    ),
    "phone_number_id": SettingWords(
        title="Phone number ID",
        description=(
            "developers.facebook.com, My Apps, ваше приложение, WhatsApp, API Setup: под "
            "номером в строке From стоит его Phone number ID. Это не сам номер телефона."
        ),
    ),
    "waba_id": SettingWords(
        title="ID аккаунта WhatsApp Business",
        description=(
            "На той же странице API Setup рядом с Phone number ID; ещё в "
            "business.facebook.com, Настройки, Аккаунты, Аккаунты WhatsApp."
        ),
    ),
    "app_secret": SettingWords(
        title="Секрет приложения",
        description=(
            "developers.facebook.com, My Apps, ваше приложение, App settings, Basic: App "
            "secret, Show. Им Meta подписывает каждый вебхук."
        ),
    ),
    "verify_token": SettingWords(
        title="Токен подтверждения",
        description=(
            "Оставьте пустым: хаб создаст его сам и сообщит Meta. Только если вы вписываете "
            "вебхук вручную (ваше приложение, WhatsApp, Configuration, Webhook, Edit), "
            "придумайте его и укажите там и здесь одинаково; адрес вызова: адрес хаба и "
            "/hooks/<id канала>."
        ),
    ),
    "webhook": SettingWords(
        title="Вебхук",
        description=(
            "automatic: хаб сам укажет Meta свой адрес для этого номера; нужен публичный "
            "адрес https. manual: вы вписываете его в приложении, WhatsApp, Configuration."
        ),
    ),
    "api_base": SettingWords(
        title="Адрес API",
        description=("Graph API с версией. Меняйте для новой версии или прокси."),
    ),
    "send_timeout_s": SettingWords(
        title="Предел времени вызова, секунды",
        description=("Загрузкам файлов даётся больше, по их размеру."),
    ),
}
