"""A real SMTP server (aiosmtpd) that tells on stdout what it was given, one JSON object a line.

The messages are read back by Python's own parser, so that the tests see what a mail program would see.
"""

import argparse
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self, put_off, refuse):
        self.put_off = put_off
        self.refuse = refuse

    async def handle_DATA(self, server, session, envelope):
        if self.put_off > 0:
            self.put_off -= 1
            tell(event="put off")
            return "451 4.7.1 try again later"
        if self.refuse:
            tell(event="refused")
            body = envelope.content.decode()
            return "554 5.7.1 no letters with " + body[body.find("http"):][:60].replace("\r", " ").replace("\n", " ")
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        tell(
            event="letter",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in message.items()],
            defects=[str(defect) for defect in message.defects],
            text=text.get_content(),
            html=html.get_content(),
            raw=envelope.content.decode("ascii"),
            encrypted=server.transport.get_extra_info("ssl_object") is not None,
            user=(session.auth_data or b"").decode() if session.authenticated else "",
        )
        return "250 OK"


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--certificate")
    options.add_argument("--key")
    options.add_argument("--wrapped", action="store_true")
    options.add_argument("--user")
    options.add_argument("--password")
    options.add_argument("--put-off", type=int, default=0)
    options.add_argument("--refuse", action="store_true")
    options = options.parse_args()

    tls = None
    if options.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate, options.key)

    def authenticate(server, session, envelope, mechanism, data):
        known = data.login == options.user.encode() and data.password == options.password.encode()
        # Not handled: the server itself answers with 535.
        return AuthResult(success=known, handled=False, auth_data=data.login)

    handler = Handler(options.put_off, options.refuse)

    def connection():
        return SMTP(
            handler,
            hostname="mail.test",
            tls_context=None if options.wrapped else tls,
            require_starttls=tls is not None and not options.wrapped,
            authenticator=authenticate if options.user else None,
            auth_required=bool(options.user),
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        connection, "127.0.0.1", options.port, ssl=tls if options.wrapped else None
    )
    tell(event="ready", port=server.sockets[0].getsockname()[1])
    # The test that started this server holds its stdin; the server ends with it, however that happens.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
