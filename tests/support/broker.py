"""The tests' RabbitMQ is the private node of `hub services`."""

from hub.services.broker import SERVER, Broker, add_vhost, manage

__all__ = ["SERVER", "Broker", "add_vhost", "manage"]
