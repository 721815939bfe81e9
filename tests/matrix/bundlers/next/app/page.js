'use client';

import '../src/index.js';

export default function Page() {
  return <p>crop64 in Next.js</p>;
}
