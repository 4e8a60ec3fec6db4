import Link from "next/link";
import { session } from "../lib/auth";
import { Who } from "./who";

export const metadata = { title: "Next", icons: "data:," };

export default async function Layout({ children }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Who initial={await session()} />
        <nav>
          <Link href="/" prefetch={false}>Home</Link> <Link href="/account" prefetch={false}>Account</Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
