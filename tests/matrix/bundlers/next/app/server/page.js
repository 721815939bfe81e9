'use client';

import { useEffect } from 'react';

// Has it done by the server.
async function check(...args) {
  const response = await fetch('/check', { method: 'POST', body: JSON.stringify(args) });
  const { hash, message } = await response.json();
  if (hash === undefined) throw new Error(message);
  return hash;
}

export default function Page() {
  useEffect(() => {
    globalThis.check = check;
  }, []);
  return <p>crop64 on the server of Next.js</p>;
}
