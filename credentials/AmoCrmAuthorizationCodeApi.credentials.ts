import type { ICredentialDataDecryptedObject, ICredentialTestRequest, ICredentialType, Icon, IDataObject, IHttpRequestHelper, INodeProperties } from 'n8n-workflow';

import { accountDomain, integrationId, integrationSecret, requiredText, wrongDomain } from './fields';
import { accountTest, authenticate, markChecked } from './refusals';
import { renewTokens } from './tokens';

/** What n8n's windows show, and send back, in place of a stored secret. */
const STORED = '__n8n_BLANK_VALUE_e5362baf-c777-4d57-a609-6eaf1f9e87f6';

/** For an n8n without a public address: the code is copied from the integration's card by hand (core facts 2.9). */
export class AmoCrmAuthorizationCodeApi implements ICredentialType {
	name = 'amoCrmAuthorizationCodeApi';

	displayName = 'amoCRM (Kommo) Authorization Code API';

	icon: Icon = { light: 'file:../icons/amoCrm.svg', dark: 'file:../icons/amoCrm.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo#authorization-code';

	properties: INodeProperties[] = [
		accountDomain,
		wrongDomain,
		integrationId,
		integrationSecret,
		requiredText({
			displayName: 'Redirect URI',
			name: 'redirectUri',
			placeholder: 'e.g. https://example.com',
			description: "The 'Redirect URL' of the integration, to the letter. Nothing is ever sent there.",
		}),
		requiredText({
			displayName: 'Authorization Code',
			name: 'authorizationCode',
			placeholder: 'e.g. def50200a1b2c3',
			description: "The code from the 'Keys and scopes' tab of the integration. It works once and for 20 minutes: paste it and save the credential at once. The access then renews itself.",
		}),
		{ displayName: 'Access Token', name: 'accessToken', type: 'hidden', typeOptions: { expirable: true, password: true }, default: '' },
		{ displayName: 'Refresh Token', name: 'refreshToken', type: 'hidden', typeOptions: { password: true }, default: '' },
		{ displayName: 'Code Fingerprint', name: 'codeFingerprint', type: 'hidden', default: '' },
		// Put in by the window, and replaced by n8n, 1.x too, with what is stored: see `Tokens`.
		{ displayName: 'Kept Tokens', name: 'oauthTokenData', type: 'hidden', typeOptions: { password: true }, default: STORED },
		{ displayName: 'Expires At', name: 'expiresAt', type: 'hidden', default: '' },
	];

	/** n8n calls this while there is no access token and after an answer 401, and keeps what it returns. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		const tokens = await renewTokens(this, credentials);
		markChecked(credentials);
		return tokens;
	}

	authenticate = authenticate;

	test: ICredentialTestRequest = accountTest;
}
