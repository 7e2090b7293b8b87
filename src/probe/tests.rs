mod asking;
mod redacting;
