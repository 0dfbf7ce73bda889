import { type IDataObject, jsonParse } from 'n8n-workflow';

/** What an access token says of itself, unverified; nothing when it is not the JWT that it should be (core facts 2.6). */
export function claimsOf(accessToken: string): IDataObject {
	const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
	return jsonParse<IDataObject | null>(payload, { fallbackValue: {} }) ?? {};
}
