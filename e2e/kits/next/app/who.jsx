"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import { createSession } from "stayd";

export function Who({ initial }) {
  const [session] = useState(() => createSession({ initial }));
  const { data, isPending } = useSyncExternalStore(session.listen, session.get, () => session.rendered);
  useEffect(() => {
    document.documentElement.dataset.ready = "yes";
  }, []);
  return <header id="who">{data ? `Hello, ${data.user.name}` : isPending ? "..." : "You are signed out"}</header>;
}
