/**
 * What people type into 'Account Domain', and the account it must mean (`undefined` = refused). One table for the
 * TypeScript resolver and for the credential's expressions, in every engine that n8n has.
 */
const ru = (name: string) => [`https://${name}.amocrm.ru`, 'https://www.amocrm.ru'] as const;
const com = (name: string) => [`https://${name}.amocrm.com`, 'https://www.kommo.com'] as const;
const kommo = (name: string) => [`https://${name}.kommo.com`, 'https://www.kommo.com'] as const;
const local = (url: string) => [url, url] as const;

export const DOMAINS: Array<[typed: string, expected: readonly [baseUrl: string, platform: string] | undefined]> = [
	// Good.
	['mycompany', ru('mycompany')],
	['mycompany.amocrm.ru', ru('mycompany')],
	['mycompany.amocrm.com', com('mycompany')],
	['mycompany.kommo.com', kommo('mycompany')],
	['my-company2.kommo.com', kommo('my-company2')],
	['https://mycompany.amocrm.ru', ru('mycompany')],
	['https://mycompany.kommo.com/', kommo('mycompany')],
	['https://mycompany.amocrm.ru/leads/detail/123?tab=1#x', ru('mycompany')],
	['7', ru('7')],
	['www-shop', ru('www-shop')],
	// Sloppy.
	['  MyCompany.AmoCRM.ru  ', ru('mycompany')],
	['http://mycompany.amocrm.ru', ru('mycompany')],
	['HTTPS://MYCOMPANY.KOMMO.COM/dashboard/', kommo('mycompany')],
	['mycompany.amocrm.ru/', ru('mycompany')],
	['mycompany.amocrm.ru:443', ru('mycompany')],
	['mycompany.amocrm.ru.', ru('mycompany')],
	['mycompany\n', ru('mycompany')],
	// Loopback, for a local stand-in.
	['http://localhost:4300', local('http://localhost:4300')],
	['http://localhost:4300/', local('http://localhost:4300')],
	['localhost:4300', local('http://localhost:4300')],
	['localhost', local('http://localhost')],
	['https://127.0.0.1:8443/any/path', local('https://127.0.0.1:8443')],
	['http://[::1]:4300', local('http://[::1]:4300')],
	// Not an account.
	['', undefined],
	['   ', undefined],
	['www', undefined],
	['www.amocrm.ru', undefined],
	['amocrm.ru', undefined],
	['kommo.com', undefined],
	['https://amocrm.ru/oauth', undefined],
	['my company', undefined],
	['mycompany.bitrix24.ru', undefined],
	['моякомпания.amocrm.ru', undefined],
	['-mycompany.amocrm.ru', undefined],
	['my_company', undefined],
	['ftp://mycompany.amocrm.ru', undefined],
	['javascript:alert(1)', undefined],
	// Hostile: each would send the token elsewhere if it were let through.
	['evil.com', undefined],
	['https://evil.com/mycompany.amocrm.ru', undefined],
	['mycompany.amocrm.ru.evil.com', undefined],
	['https://mycompany.amocrm.ru@evil.com', undefined],
	['https://user:pass@mycompany.amocrm.ru', undefined],
	['https://evil.com#.amocrm.ru', undefined],
	['https://evil.com?.amocrm.ru', undefined],
	['https://evil.com\\.amocrm.ru', undefined],
	['evil.com%2F.amocrm.ru', undefined],
	['a.b.amocrm.ru', undefined],
	['mycompany.amocrm.ru:8443', undefined],
	['https://mycompany.amocrm.ru\r\nHost: evil.com', undefined],
	['https://mycompany.amocrm.ru /x', undefined],
	['mycompanyXamocrm.ru', undefined],
	['http://localhost.evil.com', undefined],
	['http://localhost@evil.com', undefined],
	['http://127.0.0.1.evil.com', undefined],
	['http://localhost:99999', undefined],
	['http://10.0.0.1', undefined],
	['http://169.254.169.254/latest/meta-data', undefined],
	['https:///mycompany.amocrm.ru', undefined],
	['//evil.com/.amocrm.ru', undefined],
	['"}}{{ $env.HOME }}', undefined],
	['={{ "evil.com" }}', undefined],
];
