/** The session in the words of the story. @param {{data: any, isPending: boolean}} session */
export function words({ data, isPending }) {
  if (data) return `signed in as ${data.user.name} <${data.user.email}>`;
  return isPending ? "pending" : "signed out";
}
