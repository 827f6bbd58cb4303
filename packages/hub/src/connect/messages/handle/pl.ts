import type { HandleMessages } from './messages.ts'

export const pl: HandleMessages = {
  asks: '{who} prosi o połączenie z twoim kontem Bluesky',
  ifYouAgree: 'Jeśli się zgodzisz, {who} może:',
  read: 'widzieć twój profil i liczbę obserwujących',
  posts: 'widzieć twoje wpisy, ich wyniki i odpowiedzi innych',
  publish: 'publikować za ciebie: teksty, zdjęcia i filmy',
  never: 'Nikt nie dostaje twoich prywatnych wiadomości ani własnego hasła.',
  handle: 'Twoja nazwa użytkownika',
  handleHint: 'Na przykład mika.bsky.social',
  go: 'Przejdź do Bluesky',
  orPassword: 'Użyj hasła aplikacji',
  passwordHint:
    'Utwórz je w Bluesky: Ustawienia › Prywatność i bezpieczeństwo › Hasła aplikacji. Wygląda jak abcd-efgh-ijkl-mnop. Nigdy nie wpisuj tu własnego hasła.',
  appPassword: 'Hasło aplikacji',
  connect: 'Połącz',
  endIt:
    'Trwa, dopóki tego nie zakończysz: w Bluesky w Ustawieniach › Prywatność i bezpieczeństwo albo tam, skąd przychodzisz.',
  notFound: 'Nie znaleziono konta o tej nazwie. Sprawdź pisownię.',
  wrongPair: 'Nazwa użytkownika i hasło aplikacji nie pasują do siebie.',
  ownPassword:
    'To nie jest hasło aplikacji i nie zostało nigdzie wysłane. Nigdy nie wpisuj tu własnego hasła.',
  noAnswer: 'Serwer tego konta nie odpowiada. Spróbuj ponownie za kilka minut.',
  noPage: 'Serwer tego konta nie ma własnej strony zgody. Użyj hasła aplikacji.',
  tooOften: 'Za dużo prób. Poproś o nowy link.',
  denied: 'Nie było zgody, więc nic się nie zmienia.',
  failed: 'Bluesky nie dokończyło połączenia',
  connected: 'Twoje konto Bluesky jest połączone',
  pick: 'Które konto chcesz połączyć?',
}
