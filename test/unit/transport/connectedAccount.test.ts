import { otherAccountFailure } from '../../../nodes/AmoCrm/transport/connectedAccount';

const connectedTo = (referer: unknown) => ({ oauthTokenData: { access_token: 'x', callbackQueryString: { referer } } }) as never;

test.each([
	['mycompany.amocrm.ru', 'https://mycompany.amocrm.ru'],
	['MyCompany.amocrm.ru', 'https://mycompany.amocrm.ru'],
	['mycompany.kommo.com', 'https://mycompany.amocrm.com'],
	['localhost:4300', 'http://localhost:4300'],
	[undefined, 'https://mycompany.amocrm.ru'],
	['<script>', 'https://mycompany.amocrm.ru'],
])('%s is fine for %s', (referer, baseUrl) => {
	expect(otherAccountFailure(connectedTo(referer), baseUrl)).toBeUndefined();
});

test('nothing is known of a credential that is not connected', () => {
	expect(otherAccountFailure({}, 'https://mycompany.amocrm.ru')).toBeUndefined();
});

test.each([
	['other.amocrm.ru', 'https://mycompany.amocrm.ru'],
	['mycompany.kommo.com', 'https://mycompany.amocrm.ru'],
])('%s is another account than %s', (referer, baseUrl) => {
	const found = otherAccountFailure(connectedTo(referer), baseUrl);
	expect(found?.message).toBe(`The credential is connected to the account ${referer}, but its 'Account Domain' says mycompany.amocrm.ru`);
	expect(found?.advice).toContain(`Change 'Account Domain' to ${referer}`);
});
