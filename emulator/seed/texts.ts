/** The words of the seeded account, in both languages. Wholly invented. */

export interface SeedTexts {
	account: { name: string; country: string; currency: string; symbol: string; timezone: string };
	users: [string, string][];
	groups: [string, string];
	roles: [string, string];
	taskTypes: [string, string, string];
	unsorted: string;
	won: string;
	lost: string;
	pipelines: { name: string; stages: string[] }[];
	lossReasons: string[];
	lead: Record<'source' | 'channels' | 'budget' | 'start' | 'callAt' | 'urgent' | 'link' | 'comment' | 'address' | 'reach' | 'priority' | 'legal' | 'contract' | 'amount', string>;
	sources: string[];
	channels: string[];
	priorities: string[];
	contact: Record<'phone' | 'email' | 'position' | 'birthday' | 'agreement' | 'address' | 'language', string>;
	languages: string[];
	company: Record<'phone' | 'email' | 'web' | 'address' | 'industry' | 'employees' | 'legal', string>;
	industries: string[];
	customer: Record<'level', string>;
	levels: string[];
	main: string;
	statistic: string;
	customerStatuses: string[];
	bots: string[];
	tags: string[];
}

export const TEXTS: Record<'ru' | 'en', SeedTexts> = {
	ru: {
		account: { name: 'Мебельная мастерская «Дубрава»', country: 'RU', currency: 'RUB', symbol: '₽', timezone: 'Europe/Moscow' },
		users: [
			['Анна Смирнова', 'anna@demo.example'],
			['Игорь Ковалёв', 'igor@demo.example'],
			['Мария Лебедева', 'maria@demo.example'],
		],
		groups: ['Отдел продаж', 'Поддержка'],
		roles: ['Менеджер', 'Наблюдатель'],
		taskTypes: ['Связаться', 'Встреча', 'Отправить КП'],
		unsorted: 'Неразобранное',
		won: 'Успешно реализовано',
		lost: 'Закрыто и не реализовано',
		pipelines: [
			{ name: 'Продажи', stages: ['Первичный контакт', 'Переговоры', 'Замер', 'Договор на согласовании', 'Оплата'] },
			{ name: 'Оптовые продажи', stages: ['Заявка', 'Образцы', 'Согласование цены', 'Отгрузка'] },
		],
		lossReasons: ['Слишком дорого', 'Выбрали другую компанию', 'Пропала потребность', 'Не отвечает'],
		lead: {
			source: 'Источник', channels: 'Каналы связи', budget: 'Бюджет клиента', start: 'Дата начала', callAt: 'Перезвонить', urgent: 'Срочно',
			link: 'Ссылка на проект', comment: 'Комментарий', address: 'Адрес доставки', reach: 'Номер договора', priority: 'Приоритет',
			legal: 'Реквизиты', contract: 'Файл договора', amount: 'Предоплата',
		},
		sources: ['Сайт', 'Звонок', 'Рекомендация', 'Выставка'],
		channels: ['Телефон', 'Почта', 'Мессенджер'],
		priorities: ['Низкий', 'Обычный', 'Высокий'],
		contact: { phone: 'Телефон', email: 'Email', position: 'Должность', birthday: 'День рождения', agreement: 'Согласие на рассылку', address: 'Адрес', language: 'Язык' },
		languages: ['Русский', 'Английский'],
		company: { phone: 'Телефон', email: 'Email', web: 'Web', address: 'Адрес', industry: 'Отрасль', employees: 'Сотрудников', legal: 'Юридическое лицо' },
		industries: ['Строительство', 'Гостиницы', 'Общепит', 'Торговля'],
		customer: { level: 'Уровень' },
		levels: ['Базовый', 'Золотой'],
		main: 'Основное',
		statistic: 'Статистика',
		customerStatuses: ['Регулярные покупки', 'Ожидается покупка', 'Покупка не состоялась'],
		bots: ['Напомнить об оплате', 'Приветствие', 'Оценка качества'],
		tags: ['горячий', 'постоянный клиент', 'опт', 'дизайнер', 'выставка'],
	},
	en: {
		account: { name: 'Oakwood Furniture Workshop', country: 'US', currency: 'USD', symbol: '$', timezone: 'America/New_York' },
		users: [
			['Anna Smith', 'anna@demo.example'],
			['Ian Cooper', 'ian@demo.example'],
			['Mary Lambert', 'mary@demo.example'],
		],
		groups: ['Sales', 'Support'],
		roles: ['Manager', 'Observer'],
		taskTypes: ['Follow-up', 'Meeting', 'Send a quote'],
		unsorted: 'Incoming leads',
		won: 'Closed - won',
		lost: 'Closed - lost',
		pipelines: [
			{ name: 'Sales', stages: ['Initial contact', 'Discussions', 'Site visit', 'Contract review', 'Payment'] },
			{ name: 'Wholesale', stages: ['Request', 'Samples', 'Price negotiation', 'Shipping'] },
		],
		lossReasons: ['Too expensive', 'Chose another company', 'No longer needed', 'Does not answer'],
		lead: {
			source: 'Source', channels: 'Contact channels', budget: 'Client budget', start: 'Start date', callAt: 'Call back at', urgent: 'Urgent',
			link: 'Project link', comment: 'Comment', address: 'Delivery address', reach: 'Contract number', priority: 'Priority',
			legal: 'Legal entity', contract: 'Contract file', amount: 'Prepayment',
		},
		sources: ['Website', 'Phone call', 'Referral', 'Trade fair'],
		channels: ['Phone', 'Email', 'Messenger'],
		priorities: ['Low', 'Normal', 'High'],
		contact: { phone: 'Phone', email: 'Email', position: 'Position', birthday: 'Birthday', agreement: 'Newsletter consent', address: 'Address', language: 'Language' },
		languages: ['English', 'Spanish'],
		company: { phone: 'Phone', email: 'Email', web: 'Web', address: 'Address', industry: 'Industry', employees: 'Employees', legal: 'Legal entity' },
		industries: ['Construction', 'Hotels', 'Restaurants', 'Retail'],
		customer: { level: 'Level' },
		levels: ['Basic', 'Gold'],
		main: 'Main',
		statistic: 'Statistics',
		customerStatuses: ['Regular', 'Purchase expected', 'Not bought'],
		bots: ['Remind about the payment', 'Greeting', 'Rating'],
		tags: ['hot', 'regular customer', 'wholesale', 'designer', 'trade fair'],
	},
};
