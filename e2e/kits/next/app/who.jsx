"use client";
import { useEffect } from "react";
import { createSession } from "stayd";
import { SessionProvider, useSession } from "stayd/react";

export function Who({ initial }) {
  return (
    <SessionProvider session={() => createSession({ initial })}>
      <Greeting />
    </SessionProvider>
  );
}

function Greeting() {
  const { data, isPending } = useSession();
  useEffect(() => {
    document.documentElement.dataset.ready = "yes";
  }, []);
  return <header id="who">{data ? `Hello, ${data.user.name}` : isPending ? "..." : "You are signed out"}</header>;
}
