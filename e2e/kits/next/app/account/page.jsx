import { requireSession } from "../../lib/auth";

export default async function Account() {
  const { user } = await requireSession();
  return <h1>{`Account of ${user.email}`}</h1>;
}
