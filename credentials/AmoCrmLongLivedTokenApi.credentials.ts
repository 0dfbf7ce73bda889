import type { ICredentialDataDecryptedObject, ICredentialTestRequest, ICredentialType, Icon, IDataObject, IHttpRequestHelper, INodeProperties } from 'n8n-workflow';

import { accountDomain, requiredText, wrongDomain } from './fields';
import { accountTest, authenticate, checkToken, markChecked } from './refusals';

/** A token that an administrator makes in the integration's card; it lives for up to five years (core facts 2.5). */
export class AmoCrmLongLivedTokenApi implements ICredentialType {
	name = 'amoCrmLongLivedTokenApi';

	displayName = 'amoCRM (Kommo) Long-Lived Token API';

	icon: Icon = { light: 'file:../icons/amoCrm.svg', dark: 'file:../icons/amoCrm.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo#long-lived-token';

	properties: INodeProperties[] = [
		accountDomain,
		wrongDomain,
		requiredText({
			displayName: 'Access Token',
			name: 'accessToken',
			typeOptions: { password: true },
			description: "The long-lived token from the 'Keys and scopes' tab of your integration. amoCRM shows it only once, when you make it.",
		}),
		// Never empty, so that n8n calls `preAuthentication` after an answer 401 alone.
		{ displayName: 'Is Checked', name: 'isChecked', type: 'hidden', typeOptions: { expirable: true }, default: 'no' },
	];

	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		await checkToken(this, credentials);
		markChecked(credentials);
		return {};
	}

	authenticate = authenticate;

	test: ICredentialTestRequest = accountTest;
}
